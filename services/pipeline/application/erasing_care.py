"""Erasing a person (删除个人信息) from the care calendar and the gift log."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.work import UnitOfWork
from services.pipeline.domain.erasing_care import erase_care_record, erase_occasion
from services.pipeline.storage.care_records import CARE_RECORD
from services.pipeline.storage.erasing import care_records_of, occasions_of
from services.pipeline.storage.occasions import OCCASION_RECORD


async def erase_care(work: UnitOfWork, *, people: Collection[UUID], account: UUID | None) -> Sequence[str]:
    """The days of the people lose their words and themselves, what they were given its words; the names of both.

    `account` is the one the person is himself: its days are his.
    """
    days = await occasions_of(work, people=people, account=account)
    for occasion in days:
        change = erase_occasion(occasion, now=work.now)
        if change.events:
            work.save(OCCASION_RECORD, change)
    given = await care_records_of(work, people=people)
    for record in given:
        erased = erase_care_record(record)
        if erased.events:
            work.save(CARE_RECORD, erased)
    return [*(each.name for each in days), *(each.name for each in given)]
