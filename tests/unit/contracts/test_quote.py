"""The life of a quote: what was not approved is neither sent nor signed, on any way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Refusal
from kernel.events import Change
from services.contracts.application.offers import offer_of
from services.contracts.domain.quote import NEXT_STATES, Quote, QuoteState
from services.contracts.domain.quote_comparison import compare
from services.contracts.domain.quote_happenings import QuoteAccepted, QuoteSent
from services.contracts.domain.quote_refusals import (
    QuoteCannotMove,
    QuoteNotApproved,
    QuoteOutOfDate,
    QuotesNotComparable,
)
from tests.support.clock import NOON
from tests.support.refusing import refusal_of
from tests.unit.contracts.quoting import DEAL, a_line, a_quote, terms

TODAY = date(2026, 3, 2)
Step = Callable[[Quote], Change[Quote]]
STEPS: dict[str, Step] = {
    "rewrite cheaper": lambda quote: quote.rewritten(terms=terms(a_line(discount="0.5")), by="members/2", now=NOON),
    "rewrite dearer": lambda quote: quote.rewritten(terms=terms(a_line("200")), by="members/2", now=NOON),
    "ask": lambda quote: quote.submit(approval=UUID(int=77), reasons=(), rules_version=3, now=NOON),
    "need nobody": lambda quote: quote.submit(approval=None, reasons=(), rules_version=3, now=NOON),
    "approve": lambda quote: quote.approve(comment="", now=NOON),
    "send back": lambda quote: quote.send_back(comment="太低", now=NOON),
    "take back": lambda quote: quote.take_back(now=NOON),
    "send": lambda quote: quote.send(today=TODAY, now=NOON),
    "accept": lambda quote: quote.accept(now=NOON),
    "expire": lambda quote: quote.expire(now=NOON),
    "supersede": lambda quote: quote.supersede(now=NOON),
    "hand over": lambda quote: quote.handed_over(deal=DEAL, now=NOON),
}


def approved(quote: Quote | None = None) -> Quote:
    asked = (quote or a_quote()).submit(approval=UUID(int=77), reasons=(), rules_version=3, now=NOON).aggregate
    return asked.approve(comment="同意", now=NOON).aggregate


@given(names=st.lists(st.sampled_from(sorted(STEPS)), max_size=25))
def test_whatever_happens_only_what_was_approved_is_sent_or_signed(names: list[str]) -> None:
    quote, agreed = a_quote(), b""
    for name in names:
        try:
            change = STEPS[name](quote)
        except Refusal:
            continue
        if name in ("approve", "need nobody"):
            agreed = change.aggregate.content_hash()
        if any(isinstance(event, QuoteSent | QuoteAccepted) for event in change.events):
            assert quote.content_hash() == agreed
            assert quote.approved
        quote = change.aggregate
        if quote.approved:
            assert quote.content_hash() == agreed


WAYS: Mapping[QuoteState, Step] = {
    QuoteState.PENDING_APPROVAL: lambda each: each.submit(approval=UUID(int=9), reasons=(), rules_version=3, now=NOON),
    QuoteState.RETURNED: lambda each: each.send_back(comment="", now=NOON),
    QuoteState.SENT: lambda each: each.send(today=date(2026, 3, 2), now=NOON),
    QuoteState.ACCEPTED: lambda each: each.accept(now=NOON),
    QuoteState.EXPIRED: lambda each: each.expire(now=NOON),
    QuoteState.SUPERSEDED: lambda each: each.supersede(now=NOON),
    QuoteState.WITHDRAWN: lambda each: each.withdraw(now=NOON),
}


@pytest.mark.parametrize("wanted", WAYS)
@pytest.mark.parametrize("state", QuoteState)
def test_a_state_goes_only_where_the_table_says(state: QuoteState, wanted: QuoteState) -> None:
    quote = replace(a_quote(), state=state, approved_hash=a_quote().content_hash())
    if wanted in NEXT_STATES[state]:
        assert WAYS[wanted](quote).aggregate.state is wanted
    else:
        with pytest.raises((QuoteCannotMove, QuoteNotApproved)):
            WAYS[wanted](quote)


@pytest.mark.parametrize("state", QuoteState)
def test_a_quote_nothing_signed_rests_on_is_withdrawn_wherever_it_stands(state: QuoteState) -> None:
    quote = replace(a_quote(), state=state)
    stays = {QuoteState.ACCEPTED, QuoteState.SUPERSEDED, QuoteState.WITHDRAWN}
    assert (refusal_of(lambda: quote.withdraw(now=NOON)) is QuoteCannotMove) is (state in stays)


@pytest.mark.parametrize("state", QuoteState)
def test_only_a_quote_that_was_accepted_is_given_back(state: QuoteState) -> None:
    quote = replace(a_quote(), state=state)
    if state is QuoteState.ACCEPTED:
        assert quote.give_back(now=NOON).aggregate.state is QuoteState.APPROVED
    else:
        with pytest.raises(QuoteCannotMove):
            quote.give_back(now=NOON)


@pytest.mark.parametrize("name", ["send", "accept"])
def test_a_draft_is_neither_sent_nor_signed(name: str) -> None:
    with pytest.raises(QuoteNotApproved):
        STEPS[name](a_quote())


def test_editing_after_the_approval_ends_it() -> None:
    changed = approved().rewritten(terms=terms(a_line(discount="0.5")), by="members/2", now=NOON).aggregate
    assert (changed.state, changed.approval, changed.approved) == (QuoteState.DRAFT, None, False)
    with pytest.raises(QuoteNotApproved):
        changed.require_approved()


def test_saying_the_same_again_keeps_the_approval() -> None:
    quote = approved()
    change = quote.rewritten(terms=quote.terms, by="members/2", now=NOON)
    assert (change.events, change.aggregate.approved) == ((), True)


def test_a_sent_quote_is_not_edited_but_revised() -> None:
    sent = approved().send(today=TODAY, now=NOON).aggregate
    with pytest.raises(QuoteCannotMove):
        sent.rewritten(terms=terms(a_line(discount="0.5")), by="members/2", now=NOON)
    assert sent.supersede(now=NOON).aggregate.state is QuoteState.SUPERSEDED


def test_a_quote_whose_last_day_is_past_is_not_sent() -> None:
    assert approved().send(today=date(2026, 4, 1), now=NOON).aggregate.state is QuoteState.SENT
    with pytest.raises(QuoteOutOfDate):
        approved().send(today=date(2026, 4, 2), now=NOON)


def test_two_versions_differ_line_by_line() -> None:
    before, after = a_quote(a_line(), a_line(product=UUID(int=22))), a_quote(a_line(), a_line(product=UUID(int=23)))
    assert [(each.product.int, each.before is None, each.after is None) for each in compare(before, after)] == [
        (22, False, True),
        (23, True, False),
    ]


def test_quotes_in_two_currencies_are_not_compared() -> None:
    with pytest.raises(QuotesNotComparable):
        compare(a_quote(), a_quote(currency="KWD"))


def test_what_a_quote_sells_is_together_what_the_customer_pays() -> None:
    offer = offer_of(a_quote(a_line("99.99", quantity="3"), a_line("10", discount="0.333"), discount="0.05"))
    assert [each.quantity for each in offer.sold] == [3, 1]
    assert sum(each.amount.minor for each in offer.sold) == offer.gross_total.minor > 0
