"""Keeping the gift log (礼品记录): what was given to people of customers, or done for them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.listing import Page, PageRequest
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.accounts import WRITING
from services.pipeline.application.rule_kinds import CARE
from services.pipeline.domain.care_record import (
    CareContactOther,
    CareFacts,
    CareOccasionElsewhere,
    CareRecord,
    create_care_record,
)
from services.pipeline.domain.contact import Contact
from services.pipeline.domain.occasion import OccasionNotFound
from services.pipeline.storage import accounts, care_records, contacts, occasions
from services.pipeline.storage.account_profiles import profile_soon
from services.pipeline.storage.accounts import ALONE, READING
from services.pipeline.storage.care_records import CARE_RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class CareDesk:
    """Where the gift log is kept: by which rules, and by whose calendar."""

    rulebook: Rulebook
    zone: ZoneInfo

    def day(self, time: datetime) -> date:
        """The day an instant falls on where the house is."""
        return time.astimezone(self.zone).date()


async def record_care(work: UnitOfWork, *, contact: UUID, facts: CareFacts, desk: CareDesk) -> CareRecord:
    """What was given to a live contact, or done for him, is written down by whoever may change his account.

    He is given no more in a calendar year than the rules allow. Raises ContactNotFound, ContactArchived, CareDayAhead,
    CareOccasionElsewhere, CareCurrencyOther, CareLimitReached.
    """
    person = await _held(work, contact)
    person.must_live()
    return await _write_down(work, person, facts, desk=desk)


async def get_care_record(read: Read, *, uuid: UUID) -> CareRecord:
    """An entry shows itself to those who may see the account. Raises CareRecordNotFound."""
    return await care_records.get_care_record(read, uuid, permission=READING)


async def list_care_records(read: Read, *, wanted: PageRequest, show_corrected: bool) -> Page[CareRecord]:
    """The gift log within the reader's scope."""
    return await care_records.list_care_records(read, wanted, show_corrected=show_corrected)


async def correct_care_record(
    work: UnitOfWork,
    *,
    uuid: UUID,
    seen: int | None,
    reason: str,
    contact: UUID | None,
    facts: CareFacts | None,
    desk: CareDesk,
) -> CareRecord:
    """A wrong entry is struck out with the reason; what is right (`facts`, of the same contact) takes its place.

    The wrong one no longer counts towards the year. Raises CareRecordNotFound, StaleVersion, CareRecordCorrected,
    CareContactOther, and what `record_care` raises.
    """
    found = await care_records.get_care_record(work, uuid, permission=WRITING)
    person = await _held(work, found.contact)
    # Read again under the lock of the account, under which entries are written.
    wrong = await care_records.get_care_record(work, uuid, permission=WRITING)
    if seen is not None and wrong.version != seen:
        raise StaleVersion(resource=wrong.name)
    if contact is not None and contact != wrong.contact:
        raise CareContactOther
    struck = work.save(CARE_RECORD, wrong.struck_out(reason=reason, now=work.now))
    if facts is None:
        return struck
    return await _write_down(work, person, facts, desk=desk, corrects=wrong.uuid)


async def _held(work: UnitOfWork, contact: UUID) -> Contact:
    """The contact, with his account held: the sum of his year stays what it is until this transaction ends.

    Care is work: until when the owner keeps the account is found anew a moment later.
    """
    await work.begin()
    found = await contacts.get_contact(work, contact, permission=WRITING)
    await accounts.get_account(work, found.account, permission=WRITING, hold=ALONE)
    profile_soon(work, found.account)
    return await contacts.get_contact(work, contact, permission=WRITING)


async def _write_down(
    work: UnitOfWork, person: Contact, facts: CareFacts, *, desk: CareDesk, corrects: UUID | None = None
) -> CareRecord:
    facts.check_day(today=desk.day(work.now))
    await _check_occasion(work, person, facts.occasion)
    await _check_limit(work, person, facts, desk=desk, corrects=corrects)
    change = create_care_record(
        uuid=work.new_id(),
        account=person.account,
        contact=person.uuid,
        facts=facts,
        member=work.principal.member,
        now=work.now,
        corrects=corrects,
    )
    return work.save(CARE_RECORD, change)


async def _check_occasion(work: UnitOfWork, person: Contact, occasion: UUID | None) -> None:
    if occasion is None:
        return
    try:
        found = await occasions.get_occasion(work, occasion, permission=READING)
    except OccasionNotFound:
        raise CareOccasionElsewhere from None
    if found.account != person.account or found.contact not in {None, person.uuid}:
        raise CareOccasionElsewhere


async def _check_limit(
    work: UnitOfWork, person: Contact, facts: CareFacts, *, desk: CareDesk, corrects: UUID | None
) -> None:
    if facts.worth is None:
        return
    rules = (await desk.rulebook.current(work, CARE)).rules
    rules.check_currency(facts.worth)
    year, currency = facts.day.year, facts.worth.currency
    given = await care_records.given(work, person.uuid, year=year, currency=currency, besides=corrects)
    rules.check_limit(facts.worth, given=given, contact=person.uuid, year=year)
