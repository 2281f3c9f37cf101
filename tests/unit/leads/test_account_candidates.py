"""What people make of leads that are likely an existing customer's, and what a comparison leaves of it."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.leads.domain.account_candidates import (
    NEXT_STATES,
    AccountCandidate,
    AccountCandidateJudged,
    AccountMatch,
    CandidateState,
    Found,
    LeadAccountLinked,
    LeadAccountRefused,
    compared,
    is_compared,
    linked,
    refused,
)
from services.leads.domain.duplicate_pairs import Judgement
from services.leads.domain.explanation_of_kinship import explain_duplicates
from services.leads.domain.lead_state import LeadState
from services.leads.domain.qualifying import LeadCannotBeJudged
from tests.unit.leads.builders import NOON, a_lead
from trade.reasons import Reason

YUNFAN, QUCHENG = UUID(int=21), UUID(int=22)
BY_ANNA = Judgement(judge="members/1", judge_name="安娜", time=NOON)
WAITING = AccountCandidate(uuid=UUID(int=1), lead=UUID(int=9), account=YUNFAN, score=0.95, reasons=(), create_time=NOON)


@pytest.mark.parametrize("state", CandidateState)
@pytest.mark.parametrize("wanted", [CandidateState.LINKED, CandidateState.REFUSED])
def test_a_candidate_is_judged_once_but_a_wrong_link_is_refused(state: CandidateState, wanted: CandidateState) -> None:
    candidate = replace(WAITING, state=state, judgement=None if state is CandidateState.OPEN else BY_ANNA)
    if wanted in NEXT_STATES[state]:
        assert candidate.judged(wanted, BY_ANNA).state is wanted
        return
    with pytest.raises(AccountCandidateJudged) as refusal:
        candidate.judged(wanted, BY_ANNA)
    assert refusal.value.judge == "安娜"


def test_an_account_found_for_the_first_time_waits_for_a_look() -> None:
    match = AccountMatch(account=QUCHENG, score=0.92)
    assert compared([match], []) == Found(new=(match,))


def test_an_account_found_again_is_told_anew_and_is_no_second_question() -> None:
    why = (Reason("DUPLICATE_COMPANY_SAME", {"bits": "+13.0"}),)
    match = AccountMatch(account=YUNFAN, score=0.99, reasons=why)
    assert compared([match], [WAITING]) == Found(changed=(replace(WAITING, score=0.99, reasons=why),))
    assert compared([AccountMatch(account=YUNFAN, score=0.95)], [WAITING]) == Found()


def test_what_is_not_found_any_more_waits_no_longer() -> None:
    assert compared([], [WAITING]) == Found(gone=(WAITING,))


def test_what_two_leads_asked_that_were_merged_is_one_question() -> None:
    other = replace(WAITING, uuid=UUID(int=2))
    assert compared([AccountMatch(account=YUNFAN, score=0.95)], [WAITING, other]) == Found(gone=(WAITING,))


def test_nobody_is_asked_again_about_an_account_that_was_refused() -> None:
    judged = WAITING.judged(CandidateState.REFUSED, BY_ANNA)
    assert compared([AccountMatch(account=YUNFAN, score=0.99)], [judged]) == Found()


def test_a_lead_that_was_linked_asks_nothing_any_more() -> None:
    judged = WAITING.judged(CandidateState.LINKED, BY_ANNA)
    other = replace(WAITING, uuid=UUID(int=2), account=QUCHENG)
    assert compared([AccountMatch(account=QUCHENG, score=0.99)], [judged, other]) == Found(gone=(other,))


def test_each_judgement_is_an_event_of_the_lead() -> None:
    assert linked(a_lead(), YUNFAN, now=NOON).events == (LeadAccountLinked(YUNFAN),)
    assert refused(a_lead(), YUNFAN, now=NOON).events == (LeadAccountRefused(YUNFAN),)


@pytest.mark.parametrize("state", [LeadState.DISQUALIFIED, LeadState.CONVERTING, LeadState.CONVERTED])
def test_only_of_a_lead_that_somebody_works_is_it_a_question(state: LeadState) -> None:
    lead = replace(a_lead(), state=state)
    assert not is_compared(lead)
    with pytest.raises(LeadCannotBeJudged):
        linked(lead, YUNFAN, now=NOON)


def test_an_explanation_tells_of_accounts_without_naming_them() -> None:
    kept = WAITING.judged(CandidateState.LINKED, BY_ANNA)
    chapter = explain_duplicates(a_lead(), names={}, pairs=[], touches=[], accounts=[WAITING, kept])
    assert [stage.told.code for stage in chapter.stages] == ["EXPLAINED_ACCOUNT_OPEN", "EXPLAINED_ACCOUNT_LINKED"]
    assert str(YUNFAN) not in repr(chapter)
