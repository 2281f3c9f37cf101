"""Leads in their table."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, bindparam, select

from chassis.prepared import PreparedFor
from chassis.principal import Principal, Scope
from chassis.scope import scope
from chassis.work import Read, Record, UnitOfWork
from kernel.money import Money
from services.leads.domain.facts import NOWHERE, Address, LeadFacts, Urgency
from services.leads.domain.lead import FindingKeys, Grade, Lead, LeadNotFound, RulesUsed
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import Merged
from services.leads.storage.conversions import conversion_from_json, conversion_to_json
from services.leads.storage.grade_overrides import override_from_json, override_to_json
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.qualifications import qualification_from_json, qualification_to_json
from services.leads.storage.reasons import (
    reasons_from_json,
    reasons_to_json,
    resemblances_from_json,
    resemblances_to_json,
)
from services.leads.storage.recycling_clocks import pool_of, recycling_from_json, recycling_to_row
from services.leads.storage.response_clocks import clock_from_json, response_to_row
from services.leads.storage.tables import LEADS
from trade.budget import Budget

_ADDRESS_PARTS = tuple(part.name for part in fields(Address))


def to_row(lead: Lead) -> Mapping[str, object]:
    """The columns of a lead."""
    return {
        "uuid": lead.uuid,
        **facts_to_row(lead.facts),
        "state": lead.state.value,
        "grade": lead.grade.value,
        "grade_reasons": reasons_to_json(lead.grade_reasons),
        "grade_rules": lead.rules.grade,
        "grade_override": override_to_json(lead.grade_override),
        "conversion": conversion_to_json(lead.conversion),
        "qualification": qualification_to_json(lead.qualification),
        "merged_into": lead.merged.into if lead.merged else None,
        "merge": lead.merged.merge if lead.merged else None,
        **response_to_row(lead),
        **recycling_to_row(lead),
        "owner": lead.owner,
        "team": lead.team,
        "owner_reasons": reasons_to_json(lead.owner_reasons),
        "resembles": resemblances_to_json(lead.resembles),
        "duplicate_rules": lead.rules.duplicates,
        "touch_count": lead.touch_count,
        "match_keys": (),
        "sort_key": lead.keys.sort,
        "phone_e164": lead.keys.phone,
        "email_key": lead.keys.email,
        "create_time": lead.create_time,
        "update_time": lead.update_time,
    }


def facts_to_row(facts: LeadFacts) -> dict[str, object]:
    """The columns of what is known of a customer; also the raw form a touch keeps."""
    least, most = facts.budget.least, facts.budget.most
    return {
        "company_name": facts.company_name,
        "credit_code": facts.credit_code or None,
        "contact_name": facts.contact_name,
        "job_title": facts.job_title,
        "phone": facts.phone,
        "email": facts.email,
        # Only the parts that are known: most leads have a short address or none.
        "address": {part: text for part in _ADDRESS_PARTS if (text := getattr(facts.address, part))},
        "industry": facts.industry,
        "employee_count": facts.employee_count,
        "urgency": facts.urgency.value,
        "budget_min_minor": least.minor if least else None,
        "budget_max_minor": most.minor if most else None,
        "budget_currency": facts.budget.currency,
        "need": facts.need,
        "received_time": facts.received_time,
        "demo_request_time": facts.demo_request_time,
        "channel": facts.channel,
        "campaign": facts.campaign,
        "region": facts.region,
        "tags": list(facts.tags),
        "custom": dict(facts.custom),
    }


RECORD: Record[Lead] = Record(kind="lead", collection="leads", table=LEADS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Lead:
    """The lead in a row."""
    return Lead(
        uuid=row["uuid"],
        version=row["version"],
        facts=facts_from_row(row),
        state=LeadState(row["state"]),
        grade=Grade(row["grade"]),
        grade_reasons=reasons_from_json(row["grade_reasons"]),
        grade_override=override_from_json(row["grade_override"]),
        owner=row["owner"],
        team=row["team"],
        owner_reasons=reasons_from_json(row["owner_reasons"]),
        resembles=resemblances_from_json(row["resembles"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
        touch_count=row["touch_count"],
        keys=FindingKeys(sort=row["sort_key"], phone=row["phone_e164"], email=row["email_key"]),
        rules=RulesUsed(grade=row["grade_rules"], duplicates=row["duplicate_rules"]),
        conversion=conversion_from_json(row["conversion"]),
        qualification=qualification_from_json(row["qualification"]),
        merged=Merged(into=row["merged_into"], merge=row["merge"]) if row["merged_into"] else None,
        response=clock_from_json(row["response"]),
        recycling=recycling_from_json(row["recycling"]),
        pool=pool_of(row),
    )


def from_brief_row(row: Mapping[str, Any] | RowMapping) -> Lead:
    """The lead in a row of a list: without what explains it, and without its keys."""
    return Lead(
        uuid=row["uuid"],
        version=row["version"],
        facts=facts_from_row(row),
        state=LeadState(row["state"]),
        grade=Grade(row["grade"]),
        owner=row["owner"],
        team=row["team"],
        create_time=row["create_time"],
        update_time=row["update_time"],
        touch_count=row["touch_count"],
        grade_override=override_from_json(row["grade_override"]),
        conversion=conversion_from_json(row["conversion"]),
        qualification=qualification_from_json(row["qualification"]),
        response=clock_from_json(row["response"]),
        recycling=recycling_from_json(row["recycling"]),
        pool=pool_of(row),
    )


def facts_from_row(row: Mapping[str, Any] | RowMapping) -> LeadFacts:
    """What a row knows of the customer."""
    currency = row["budget_currency"]
    return LeadFacts(
        company_name=row["company_name"],
        credit_code=row["credit_code"] or "",
        contact_name=row["contact_name"],
        job_title=row["job_title"],
        phone=row["phone"],
        email=row["email"],
        address=Address(**row["address"]) if row["address"] else NOWHERE,
        industry=row["industry"],
        employee_count=row["employee_count"],
        urgency=Urgency(row["urgency"]),
        budget=Budget(least=_money(row["budget_min_minor"], currency), most=_money(row["budget_max_minor"], currency)),
        need=row["need"],
        received_time=row["received_time"],
        demo_request_time=row["demo_request_time"],
        channel=row["channel"],
        campaign=row["campaign"],
        region=row["region"],
        tags=tuple(row["tags"]),
        custom=row["custom"],
    )


async def get_lead(read: Read, uuid: UUID, *, permission: str) -> Lead:
    """The lead, where the reader's permission reaches; raises LeadNotFound."""
    rows = await read.rows(_ONE(read.principal, permission), wanted=uuid)
    if not rows:
        raise LeadNotFound(lead=f"leads/{uuid}")
    return from_row(rows[0])


async def hold_leads(work: UnitOfWork, leads: Collection[UUID], *, permission: str) -> None:
    """Let nobody else change them until the end; in one order for all, so that no two wait for each other."""
    statement = select(LEADS.c.uuid).where(LEADS.c.uuid.in_(leads)).order_by(LEADS.c.uuid)
    shared = SHARED_LEADS.at(work.now)
    held = scope(statement, LEADS, principal=work.principal, permission=permission, shared=shared)
    await work.connection.execute(held.with_for_update(of=LEADS))


async def visible_among(read: Read, leads: Collection[UUID], *, permission: str) -> Collection[UUID]:
    """Those of the leads that the reader's permission reaches."""
    if not leads or read.principal.scope_of(permission) is Scope.ALL:
        return leads
    return await reached_among(read, leads, permission=permission)


async def reached_among(read: Read, leads: Collection[UUID], *, permission: str) -> Collection[UUID]:
    """Those that there are and that the reader's permission reaches."""
    statement = select(LEADS.c.uuid).where(LEADS.c.uuid.in_(leads))
    shared = SHARED_LEADS.at(read.now)
    statement = scope(statement, LEADS, principal=read.principal, permission=permission, shared=shared)
    return set(await read.connection.scalars(statement))


def _one(principal: Principal, permission: str) -> Select[Any]:
    wanted = select(LEADS).where(LEADS.c.uuid == bindparam("wanted"))
    return scope(wanted, LEADS, principal=principal, permission=permission, shared=SHARED_LEADS.when_run())


_ONE = PreparedFor(_one)


def _money(minor: int | None, currency: Any) -> Money | None:
    return None if minor is None else Money(minor=minor, currency=currency)
