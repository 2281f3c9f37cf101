"""The contract as a table of states, and what its digest holds."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.clauses import Clause
from services.contracts.domain.contract import NEXT_STATES, Contract, ContractState, ContractTerms
from services.contracts.domain.contract_happenings import ContractSettled, ContractUnsettled, ContractUpdated
from services.contracts.domain.contract_refusals import (
    ContractCannotMove,
    ContractDatesCrossed,
    ContractNotAsApproved,
    ContractNotInDraft,
)
from services.contracts.domain.payment_plan import PlanPart
from services.contracts.domain.sold_item import SoldItem

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
TERMS = ContractTerms(
    template=UUID(int=7),
    template_version=0,
    clauses=(Clause(key="subject", heading="合同标的", text="乙方向甲方提供产品。"),),
    buyer="杭州云帆科技有限公司",
)
CONTRACT = Contract(
    uuid=UUID(int=1),
    number="HT-2026-000001",
    quote=UUID(int=2),
    opportunity=UUID(int=3),
    account=UUID(int=4),
    owner=UUID(int=5),
    team=None,
    region=None,
    amount=Money(minor=1_234_567),
    paid=Money(minor=0),
    terms=TERMS,
    payment_template="standard",
    creator="members/5",
    create_time=NOON,
    update_time=NOON,
)
PART = PlanPart(key="all", display_name_zh="", display_name_en="", share=Decimal(1))
PLAN: dict[str, Any] = {"payment_template": "standard", "payment_parts": ()}
Move = Callable[[Contract], Change[Contract]]
MOVES: Mapping[ContractState, Move] = {
    ContractState.LEGAL_REVIEW: lambda each: each.open_review(approval=UUID(int=9), now=LATER),
    ContractState.APPROVED: lambda each: each.approve(now=LATER),
    ContractState.DRAFT: lambda each: each.send_back(comment="", now=LATER),
    ContractState.SENT: lambda each: each.send(document=UUID(int=8), now=LATER),
    ContractState.SIGNED: lambda each: each.sign(now=LATER),
    ContractState.ACTIVE: lambda each: each.activate(signed_on=date(2026, 3, 3), now=LATER),
    ContractState.EXPIRED: lambda each: each.expire(now=LATER),
    ContractState.RENEWED: lambda each: each.renew(now=LATER),
    ContractState.TERMINATED: lambda each: each.terminate(comment="", now=LATER),
}


def a_contract(state: ContractState) -> Contract:
    return replace(CONTRACT, state=state, approved_hash=CONTRACT.content_hash())


@pytest.mark.parametrize("wanted", MOVES)
@pytest.mark.parametrize("state", ContractState)
def test_a_contract_moves_only_as_the_table_says(state: ContractState, wanted: ContractState) -> None:
    if wanted in NEXT_STATES[state]:
        assert MOVES[wanted](a_contract(state)).aggregate.state is wanted
    else:
        with pytest.raises(ContractCannotMove):
            MOVES[wanted](a_contract(state))


@pytest.mark.parametrize("move", [MOVES[ContractState.SENT], MOVES[ContractState.SIGNED]])
def test_what_legal_did_not_approve_is_neither_sent_nor_signed(move: Move) -> None:
    contract = replace(a_contract(ContractState.APPROVED), amount=Money(minor=1))
    with pytest.raises(ContractNotAsApproved):
        move(contract)


@pytest.mark.parametrize("state", [each for each in ContractState if each is not ContractState.DRAFT])
def test_only_a_draft_is_reworded(state: ContractState) -> None:
    with pytest.raises(ContractNotInDraft):
        a_contract(state).reworded(terms=TERMS, **PLAN, start=None, end=None, by="members/2", now=LATER)


def test_a_contract_reworded_to_what_it_says_already_has_no_event() -> None:
    change = CONTRACT.reworded(terms=TERMS, **PLAN, start=None, end=None, by="members/2", now=LATER)
    assert change == Change(CONTRACT, ())


def test_a_term_does_not_end_before_it_begins() -> None:
    with pytest.raises(ContractDatesCrossed):
        CONTRACT.reworded(terms=TERMS, **PLAN, start=date(2026, 3, 2), end=date(2026, 3, 1), by="members/2", now=LATER)


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTRACT, amount=Money(minor=1_234_568)),
        replace(CONTRACT, amount=Money(minor=1_234_567, currency="USD")),
        replace(CONTRACT, quote_hash=b"x"),
        replace(CONTRACT, renews=UUID(int=8)),
        replace(CONTRACT, payment_template="monthly"),
        replace(CONTRACT, payment_parts=(PART,)),
        replace(CONTRACT, start_date=date(2026, 3, 2)),
        replace(CONTRACT, terms=replace(TERMS, buyer="另一家公司")),
        replace(CONTRACT, terms=replace(TERMS, variables={"seller": "另一家公司"})),
        replace(CONTRACT, terms=replace(TERMS, clauses=(replace(TERMS.clauses[0], text="乙方不提供产品。"),))),
    ],
)
def test_every_word_that_is_agreed_counts_for_the_digest(other: Contract) -> None:
    assert other.content_hash() != CONTRACT.content_hash()


def test_states_and_payments_do_not_count_for_the_digest() -> None:
    other = replace(CONTRACT, state=ContractState.ACTIVE, paid=Money(minor=5), owner=None, comment="x")
    assert other.content_hash() == CONTRACT.content_hash()


def test_a_contract_is_settled_once() -> None:
    active = a_contract(ContractState.ACTIVE)
    settled = active.collected(paid=CONTRACT.amount, settled=True, now=LATER)
    assert settled.events == (ContractSettled(),)
    assert settled.aggregate.collected(paid=CONTRACT.amount, settled=True, now=LATER).events == ()


def test_a_payment_taken_back_makes_a_settled_contract_open_again() -> None:
    settled = a_contract(ContractState.ACTIVE).collected(paid=CONTRACT.amount, settled=True, now=LATER).aggregate
    opened = settled.collected(paid=Money(minor=0), settled=False, now=LATER)
    assert (opened.aggregate.settle_time, opened.events) == (None, (ContractUnsettled(),))


def test_a_contract_that_was_ended_early_is_settled_by_no_payment_and_stays_what_it_was() -> None:
    ended = a_contract(ContractState.TERMINATED)
    paid = ended.collected(paid=Money(minor=1), settled=True, now=LATER)
    assert (paid.aggregate.settle_time, paid.events) == (None, (ContractUpdated(),))
    settled = replace(ended, settle_time=LATER)
    assert settled.collected(paid=Money(minor=1), settled=True, now=LATER).aggregate.settle_time == LATER


SOLD = (SoldItem(product=UUID(int=801), quantity=Decimal(10), amount=Money(minor=1_234_567)),)
OTHERS = (SoldItem(product=UUID(int=802), quantity=Decimal(3), amount=Money(minor=2_000_000)),)


@pytest.mark.parametrize(("agreed", "sold"), [(OTHERS, OTHERS), (None, SOLD)])
def test_an_amendment_sells_what_its_quote_says_else_what_was_sold(
    agreed: tuple[SoldItem, ...] | None, sold: tuple[SoldItem, ...]
) -> None:
    active = replace(a_contract(ContractState.ACTIVE), sold=SOLD)
    amended = active.amend(amount=Money(minor=2_000_000), end=None, sold=agreed, now=LATER)
    assert amended.aggregate.sold == sold
