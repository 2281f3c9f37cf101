"""What is told of a lead when it becomes a customer: its contacts and decisions, in order and within bounds."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.leads.domain.conversion import begin_conversion
from services.leads.domain.conversion_record import Choices
from services.leads.domain.facts import LeadFacts
from services.leads.domain.follow_up import FollowUpFacts, create_follow_up
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.lead_history import Happening, HistoryEntry, history_of
from services.leads.domain.lead_state import LeadState
from services.leads.domain.touches import Touch
from tests.support.clock import NOON
from trade.reasons import Reason

ANNA, FAIR, WEBSITE = UUID(int=1), UUID(int=301), UUID(int=302)
FACTS = LeadFacts(company_name="杭州云帆科技有限公司", channel=FAIR, received_time=NOON - timedelta(days=3))
WHY = (Reason("GRADE_NO_RULE_HOLDS", {"grade": "D"}),)


def a_lead() -> Lead:
    lead = Lead(uuid=UUID(int=5), facts=FACTS, grade=Grade.D, grade_reasons=WHY, create_time=NOON, update_time=NOON)
    owned = replace(lead, owner=ANNA)
    later = NOON + timedelta(days=30)
    return begin_conversion(owned, choices=Choices(), job=UUID(int=7), actor=ANNA, now=later).aggregate


def touched(days: float, need: str = "") -> Touch:
    told = replace(FACTS, channel=WEBSITE, need=need)
    at = NOON + timedelta(days=days)
    return Touch(
        uuid=UUID(int=6), lead=UUID(int=5), time=at, actor="members/1", told=told, score=1.0, reasons=(), rules=1
    )


def decided(happening: Happening, days: float) -> HistoryEntry:
    return HistoryEntry(happening=happening, time=NOON + timedelta(days=days), grade=Grade.B)


def test_contacts_and_decisions_are_told_in_the_order_of_time_from_the_first_contact_to_the_conversion() -> None:
    decisions = [decided(Happening.GRADED, 2), decided(Happening.ASSIGNED, 0), decided(Happening.ASSIGNED, 2)]
    history = history_of(a_lead(), touches=[touched(2, "再加两条产线")], follow_ups=[], decisions=decisions)
    assert [entry.happening for entry in history] == [
        Happening.FIRST_CONTACT,
        Happening.ASSIGNED,
        Happening.TOUCHED,
        Happening.GRADED,
        Happening.ASSIGNED,
        Happening.CONVERTED,
    ]
    first, last = history[0], history[-1]
    assert (first.time, first.channel) == (NOON - timedelta(days=3), FAIR)
    assert (history[2].channel, history[2].need) == (WEBSITE, "再加两条产线")
    assert (last.actor, last.owner, last.grade, last.reasons) == (f"members/{ANNA}", ANNA, Grade.D, WHY)


def test_what_was_done_about_a_lead_is_told_with_how_and_with_what_success() -> None:
    facts = FollowUpFacts(
        kind=FollowUpKind.VISIT, outcome=FollowUpOutcome.REACHED, time=NOON + timedelta(days=1), note="看" * 4000
    )
    done = create_follow_up(
        replace(a_lead(), state=LeadState.NEW), uuid=UUID(int=8), facts=facts, author="members/1", now=facts.time
    ).aggregate
    told = history_of(a_lead(), touches=[], follow_ups=[done], decisions=[])[1]
    assert (told.happening, told.time, told.actor) == (Happening.FOLLOWED_UP, facts.time, "members/1")
    assert told.need == "看" * 1000
    assert told.reasons == (Reason("LEAD_FOLLOWED_UP", {"kind": "visit", "outcome": "reached"}),)


def test_of_more_than_a_hundred_the_first_contact_and_the_newest_are_told() -> None:
    history = history_of(a_lead(), touches=[touched(day / 10) for day in range(150)], follow_ups=[], decisions=[])
    assert len(history) == 100
    assert (history[0].happening, history[-1].happening) == (Happening.FIRST_CONTACT, Happening.CONVERTED)
    assert history[1].time == NOON + timedelta(days=5.2)


def test_of_a_long_need_its_beginning_is_told() -> None:
    history = history_of(a_lead(), touches=[touched(1, "需" * 4000)], follow_ups=[], decisions=[])
    assert history[1].need == "需" * 1000


def test_a_lead_recorded_before_it_was_received_was_known_when_it_was_recorded() -> None:
    late = replace(a_lead(), facts=replace(FACTS, received_time=NOON + timedelta(minutes=1)))
    assert history_of(late, touches=[], follow_ups=[], decisions=[])[0].time == NOON
