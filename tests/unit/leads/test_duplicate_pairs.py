"""What people make of pairs that are likely one customer."""

from uuid import UUID

import pytest

from services.leads.domain.duplicate_pairs import (
    NEXT_STATES,
    DuplicateAlreadyJudged,
    DuplicatePair,
    Judgement,
    PairState,
)
from services.leads.domain.resemblance import Band, LeadDuplicateDismissed, Resemblance
from tests.unit.leads.builders import NOON, a_lead

KNOWN, OTHER = UUID(int=8), UUID(int=7)
PAIR = DuplicatePair(
    uuid=UUID(int=1),
    lead=UUID(int=9),
    lead_name="杭州云帆科技有限公司",
    other=KNOWN,
    other_name="杭州云帆",
    other_found=KNOWN,
    score=0.95,
    reasons=(),
    create_time=NOON,
)
BY_ANNA = Judgement(judge="members/1", judge_name="安娜", time=NOON)


@pytest.mark.parametrize("state", PairState)
@pytest.mark.parametrize("wanted", [PairState.CONFIRMED, PairState.DISMISSED])
def test_a_pair_is_judged_once(state: PairState, wanted: PairState) -> None:
    pair = PAIR if state is PairState.OPEN else PAIR.judged(state, BY_ANNA)
    if wanted in NEXT_STATES[state]:
        assert pair.judged(wanted, BY_ANNA).state is wanted
        return
    with pytest.raises(DuplicateAlreadyJudged) as refusal:
        pair.judged(wanted, BY_ANNA)
    assert refusal.value.judge == "安娜"


def test_a_dismissed_duplicate_is_no_hint_any_more_and_the_others_are() -> None:
    hints = [Resemblance(lead=lead, score=0.95, band=Band.LIKELY) for lead in (KNOWN, OTHER)]
    change = a_lead(resembles=hints).dismissed_duplicate(other=KNOWN, now=NOON)
    assert change.events == (LeadDuplicateDismissed(KNOWN),)
    assert [hint.lead for hint in change.aggregate.resembles] == [OTHER]
