"""The history of leads between messages and the domain."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from millrace.pipeline.v1 import lead_history_pb2 as messages
from millrace.reasons.v1.reason_pb2 import Reason

from chassis.wire import instant, instant_of, named, reference
from services.pipeline.domain.lead_history import Happening, LeadHistoryEntry, ToldReason

_NUMBERS: Mapping[Happening, Any] = {
    each: messages.LeadHistoryKind.Value(f"LEAD_HISTORY_KIND_{each.name}") for each in Happening
}
_HAPPENINGS: Mapping[int, Happening] = {number: each for each, number in _NUMBERS.items()}
_ENGLISH = "en"


def history_of(lead: UUID, told: Iterable[messages.ToldLeadHistory]) -> tuple[LeadHistoryEntry, ...]:
    """What leads told; something of a kind that a newer release tells is left out."""
    return tuple(
        LeadHistoryEntry(
            lead=lead,
            happening=_HAPPENINGS[each.kind],
            time=instant_of(each.time, field="history.time"),
            actor=each.actor,
            channel=reference(each.channel, field="history.channel"),
            campaign=reference(each.campaign, field="history.campaign"),
            need=each.need,
            owner=reference(each.owner, field="history.owner"),
            grade=each.grade,
            reasons=tuple(ToldReason(code=why.code, zh=why.text_zh, en=why.text_en) for why in each.reasons),
        )
        for each in told
        if each.kind in _HAPPENINGS
    )


def entry_message(entry: LeadHistoryEntry, *, locale: str) -> messages.LeadHistoryEntry:
    """An entry in the reader's language."""
    return messages.LeadHistoryEntry(
        lead=named("leads", entry.lead),
        kind=_NUMBERS[entry.happening],
        time=instant(entry.time),
        actor=entry.actor,
        channel=named("channels", entry.channel),
        campaign=named("campaigns", entry.campaign),
        need=entry.need,
        owner=named("members", entry.owner),
        grade=entry.grade,
        reasons=[Reason(code=why.code, text=why.en if locale == _ENGLISH else why.zh) for why in entry.reasons],
    )
