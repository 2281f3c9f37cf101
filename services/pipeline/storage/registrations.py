"""Registrations in their table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from chassis.listing import Page, PageRequest
from chassis.listing.busy import BusyList
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record, UnitOfWork
from services.pipeline.domain.customer_keys import customer_keys
from services.pipeline.domain.registration import Registration, RegistrationState
from services.pipeline.domain.registration_refusals import RegistrationNotFound
from services.pipeline.storage.registration_listing import LISTING
from services.pipeline.storage.registration_rows import from_row, review_to_json
from services.pipeline.storage.registration_tables import REGISTRATIONS


def to_row(registration: Registration) -> Mapping[str, object]:
    """The columns of a registration."""
    facts, customer, contact = registration.facts, registration.facts.customer, registration.facts.contact
    budget = facts.budget
    return {
        "uuid": registration.uuid,
        "state": registration.state.value,
        "account": customer.account,
        "company_name": customer.company_name,
        "contact_name": customer.contact_name,
        "credit_code": customer.credit_code,
        "industry": customer.industry,
        "phone": contact.phone,
        "email": contact.email,
        "wechat": contact.wechat,
        "need": facts.need,
        "budget_min_minor": budget.least.minor if budget.least else None,
        "budget_max_minor": budget.most.minor if budget.most else None,
        "budget_currency": budget.currency,
        "expected_close_date": facts.closing.day,
        "decision_cycle_days": facts.closing.cycle_days,
        "follow_up_state": facts.follow_up.value if facts.follow_up else "",
        "follow_up_evidence": facts.follow_up_evidence,
        "match_keys": sorted(customer_keys(facts)),
        **_standing(registration),
    }


def _standing(registration: Registration) -> Mapping[str, object]:
    owner, origin, protection = registration.owner, registration.origin, registration.protection
    return {
        "owner": owner.member,
        "team": owner.team,
        "region": owner.region,
        "lead": origin.lead,
        "channel": origin.channel,
        "campaign": origin.campaign,
        "first_contact_time": origin.first_contact_time,
        "review": review_to_json(registration.review),
        "approval": registration.approval,
        "opportunity": registration.opportunity,
        "submit_time": registration.submit_time,
        "authors": sorted(registration.authors),
        "review_time": registration.review.time,
        "protection_end_time": protection.end_time,
        "renewals": protection.renewals,
        "protection_rules_version": protection.rules_version,
        "create_time": registration.create_time,
        "update_time": registration.update_time,
    }


RECORD: Record[Registration] = Record(kind="registration", collection="registrations", table=REGISTRATIONS, row=to_row)


async def get_registration(read: Read, uuid: UUID, *, permission: str) -> Registration:
    """The registration, where the permission reaches it; raises RegistrationNotFound."""
    statement = scope(
        select(REGISTRATIONS).where(REGISTRATIONS.c.uuid == uuid),
        REGISTRATIONS,
        principal=read.principal,
        permission=permission,
    )
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise RegistrationNotFound(registration=f"registrations/{uuid}")
    return from_row(row)


async def registration_under_review(read: Read, uuid: UUID) -> Registration:
    """The registration a decision is about, for whoever may decide: the approval was found by his scope."""
    row = (await read.connection.execute(select(REGISTRATIONS).where(REGISTRATIONS.c.uuid == uuid))).mappings().one()
    return from_row(row)


async def held_registration(work: UnitOfWork, uuid: UUID) -> Registration:
    """The registration for what follows from the end of its opportunity, held until that is written."""
    await work.begin()
    wanted = select(REGISTRATIONS).where(REGISTRATIONS.c.uuid == uuid).with_for_update()
    return from_row((await work.connection.execute(wanted)).mappings().one())


async def list_registrations(read: Read, wanted: PageRequest, *, permission: str) -> Page[Registration]:
    """A page of the registrations the permission reaches."""
    page = await _BUSY.page(read, wanted, permission=permission)
    return page.of([from_row(row) for row in page.items])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another live registration of the customer: what it has in common, whose team's it is, and until when it protects.

    `end_time` is None while it waits for its review.
    """

    registration: UUID
    keys: frozenset[str]
    team: UUID | None
    end_time: datetime | None


async def live_rivals(
    read: Read, keys: Collection[str], *, owner: UUID, most: int, besides: UUID | None = None
) -> Sequence[Rival]:
    """Registrations of other owners for the same customer, under review or protected, whatever the caller sees."""
    # The offset is a fence: the planner would rather walk along the times of submission than look the keys up.
    same = select(REGISTRATIONS).where(REGISTRATIONS.c.match_keys.overlap(sorted(keys))).offset(0).subquery()
    protected = and_(same.c.state == RegistrationState.APPROVED.value, same.c.protection_end_time > read.now)
    statement = (
        select(same.c.uuid, same.c.match_keys, same.c.team, same.c.protection_end_time)
        .where(
            or_(same.c.state == RegistrationState.UNDER_REVIEW.value, protected),
            same.c.owner != owner,
            same.c.uuid != besides,
        )
        .order_by(same.c.submit_time)
        .limit(most)
    )
    rows = (await read.connection.execute(statement)).all()
    common = frozenset(keys)
    return [
        Rival(
            registration=row.uuid,
            keys=frozenset(row.match_keys) & common,
            team=row.team,
            end_time=row.protection_end_time,
        )
        for row in rows
    ]


async def due_registrations(read: Read, *, now: datetime, most: int) -> Sequence[Registration]:
    """Registrations whose protection is over, the longest over first: the service's own account ends them."""
    statement = (
        select(REGISTRATIONS)
        .where(REGISTRATIONS.c.state == RegistrationState.APPROVED.value, REGISTRATIONS.c.protection_end_time <= now)
        .order_by(REGISTRATIONS.c.protection_end_time)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


def _visible(principal: Principal, permission: str) -> Select[Any]:
    return scope(select(REGISTRATIONS), REGISTRATIONS, principal=principal, permission=permission)


_BUSY = BusyList(_visible, LISTING)
