"""Erasing a person (删除个人信息) from the care calendar and the gift log; what was spent, and when, stays."""

from dataclasses import dataclass, replace
from datetime import datetime

from kernel.events import Change
from services.pipeline.domain.care_record import CareRecord
from services.pipeline.domain.erasing import ERASED
from services.pipeline.domain.occasion import Occasion


@dataclass(frozen=True, slots=True)
class OccasionPersonErased:
    """The person whose day it was, was erased; what is left is that there was one, and its kind."""


@dataclass(frozen=True, slots=True)
class CareRecordPersonErased:
    """The person it was given to was erased; what is left is what it was, when, and what it was worth."""


def erase_occasion(occasion: Occasion, *, now: datetime) -> Change[Occasion]:
    """Erase the words and the day, archived or not, so that it comes no more; nothing left to erase is no event."""
    facts = replace(occasion.facts, title=ERASED, day=None, note="")
    if facts == occasion.facts:
        return Change(occasion, ())
    return Change(replace(occasion, facts=facts, update_time=now), (OccasionPersonErased(),))


def erase_care_record(record: CareRecord) -> Change[CareRecord]:
    """Erase the words, also those of a correction; nothing left to erase is no event."""
    struck = replace(record.correction, reason="") if record.correction else None
    following = replace(record, facts=replace(record.facts, note=""), correction=struck)
    if following == record:
        return Change(record, ())
    return Change(following, (CareRecordPersonErased(),))
