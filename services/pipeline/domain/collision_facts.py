"""What a registration, an opportunity or an account tells of a member and a customer, as facts of a timeline."""

from collections.abc import Iterator
from datetime import datetime

from services.pipeline.domain.account import Account
from services.pipeline.domain.collision_timeline import Fact, FactKind
from services.pipeline.domain.evidence import evidence_name
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.registration import Registration


def of_account(account: Account, *, since: datetime) -> Fact:
    """Whoever looks after the account does so since then."""
    return Fact(kind=FactKind.ACCOUNT_OWNED, time=since, source=account.name)


def of_registration(registration: Registration) -> Iterator[Fact]:
    """When it was begun, last submitted and approved, each with the state it is in."""
    state, source = registration.state.value, registration.name
    yield Fact(kind=FactKind.REGISTRATION_CREATED, time=registration.create_time, source=source, detail=state)
    if registration.submit_time is not None:
        yield Fact(kind=FactKind.REGISTRATION_SUBMITTED, time=registration.submit_time, source=source, detail=state)
    if registration.counts and registration.review.time is not None:
        yield Fact(
            kind=FactKind.REGISTRATION_APPROVED,
            time=registration.review.time,
            source=source,
            detail=state,
            until=registration.protection.end_time,
        )


def of_opportunity(opportunity: Opportunity) -> Iterator[Fact]:
    """When it was opened and last followed up, and what evidence it has."""
    state, source = opportunity.state.value, opportunity.name
    yield Fact(kind=FactKind.OPPORTUNITY_OPENED, time=opportunity.create_time, source=source, detail=state)
    yield Fact(kind=FactKind.FOLLOWED_UP, time=opportunity.follow_up_time, source=source, detail=state)
    for each in opportunity.evidence:
        name = evidence_name(opportunity.uuid, each.uuid)
        yield Fact(kind=FactKind.EVIDENCE, time=each.time, source=name, detail=each.kind.value)
