"""A draft follows its quote in all that is agreed upon, and in nothing that is worded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.money import Money
from services.contracts.domain.contract import ContractState
from services.contracts.domain.contract_happenings import ContractUpdated
from services.contracts.domain.contract_refusals import ContractNotInDraft
from services.contracts.domain.requoting import requoted
from tests.unit.contracts.test_contract import LATER, OTHERS, SOLD, a_contract
from tests.unit.contracts.test_contract_paper import OFFER

DRAFT = replace(a_contract(ContractState.DRAFT), sold=SOLD)
DEARER = replace(OFFER, content_hash=b"d" * 32, gross_total=Money(minor=2_000_000), sold=OTHERS)


def test_a_draft_takes_quote_amount_and_what_is_sold_and_keeps_its_words() -> None:
    change = requoted(DRAFT, DEARER, now=LATER)
    after = change.aggregate
    assert (after.quote, after.quote_hash, after.amount, after.sold) == (
        DEARER.quote,
        DEARER.content_hash,
        DEARER.gross_total,
        OTHERS,
    )
    assert (after.terms, after.number, change.events) == (DRAFT.terms, DRAFT.number, (ContractUpdated(),))


def test_what_a_draft_says_already_is_no_event() -> None:
    after = requoted(DRAFT, DEARER, now=LATER).aggregate
    assert requoted(after, DEARER, now=LATER + timedelta(days=1)).events == ()


def test_what_is_reviewed_or_signed_is_not_rewritten() -> None:
    for state in set(ContractState) - {ContractState.DRAFT}:
        with pytest.raises(ContractNotInDraft):
            requoted(replace(DRAFT, state=state), DEARER, now=LATER)
