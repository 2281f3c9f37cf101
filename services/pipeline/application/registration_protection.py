"""Protecting customers for a while (保护期): renewed by the owner, ended by the clock or with what it was for."""

from datetime import datetime
from uuid import UUID

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.work import Store, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.application.registration_desk import WRITE, RegistrationDesk
from services.pipeline.domain.registration import Registration
from services.pipeline.storage import registrations
from services.pipeline.storage.protections import protect_longer, release
from services.pipeline.storage.registrations import RECORD, due_registrations, held_registration

BATCH = 100


async def renew_registration(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: RegistrationDesk) -> Registration:
    """A protection near its end is renewed, as often as the rules allow.

    Raises RegistrationNotFound, StaleVersion, RegistrationCannotMove, RenewalsUsedUp, RenewalTooEarly.
    """
    registration = await registrations.get_registration(work, uuid, permission=WRITE)
    if seen is not None and registration.version != seen:
        raise StaleVersion(resource=registration.name)
    force = await desk.rules(work)
    renewed = work.save(RECORD, registration.renew(rules=force.rules, rules_version=force.version, now=work.now))
    if renewed.protection.end_time is not None:
        await protect_longer(work, uuid, until=renewed.protection.end_time)
    return renewed


async def give_up(work: UnitOfWork, uuid: UUID) -> None:
    """What a registration was for is lost: it protects the customer no longer, and others may win him."""
    change = (await held_registration(work, uuid)).given_up(now=work.now)
    if change.events:
        work.save(RECORD, change)
        await release(work, [uuid])


async def expire_due(work: UnitOfWork) -> int:
    """Protections that are over end, and others may win the customers; how many ended."""
    await work.begin()
    due = await due_registrations(work, now=work.now, most=BATCH)
    for registration in due:
        work.save(RECORD, registration.expire(now=work.now))
    if due:
        await release(work, [registration.uuid for registration in due])
    return len(due)


class ProtectionSweep:
    """Ends protections when they are due, on the service's own account."""

    def __init__(self, *, store: Store, principal: Principal) -> None:
        self._store = store
        self._principal = principal

    async def sweep(self, _connection: object, _now: datetime) -> int:
        """End what is due, at most a batch; how many ended."""
        return await carry_out(self._store, self._principal, action="expire registrations", use_case=expire_due)
