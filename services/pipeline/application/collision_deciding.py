"""Deciding cases of collisions (裁决), appealing once (申诉), and closing what is final."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.jobs import carry_out
from chassis.principal import Principal, Scope
from chassis.reach import grounds
from chassis.work import Store, UnitOfWork
from kernel.errors import StaleVersion
from kernel.events import Change
from services.pipeline.application.collision_effects import follow
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.collision_case import (
    Appeal,
    CollisionCase,
    CollisionEnding,
    CollisionState,
    Ruling,
)
from services.pipeline.domain.collision_refusals import CollisionSideUnreached, CustomerContested
from services.pipeline.domain.collision_verdict import Side
from services.pipeline.storage.collision_cases import DECIDE, RECORD, due_cases, get_case

BATCH = 100


async def decide_collision_case(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, winner: Side, comment: str, desk: RegistrationDesk
) -> CollisionCase:
    """Whoever may approve on both sides, and is no party, decides what no rule decided; a decided appeal is final.

    Raises CollisionCaseNotFound, StaleVersion, CollisionSideUnreached, CollisionNotDecidedByParty,
    CollisionDecidedBefore and CollisionCannotMove.
    """
    case = await _seen(work, uuid, seen)
    reach = must_decide(work.principal, case)
    ruling = Ruling(winner=winner, by=work.principal.subject, reach=reach, comment=comment, time=work.now)
    decided = case.decide(ruling)
    if case.state is CollisionState.APPEALED:
        return await _close(work, decided, desk)
    return work.save(RECORD, decided)


def must_decide(principal: Principal, case: CollisionCase) -> Scope:
    """How far whoever may decide reaches: the list of what waits for him has the same condition in SQL.

    Raises CollisionSideUnreached, CollisionNotDecidedByParty and CollisionDecidedBefore.
    """
    reach = principal.scope_of(DECIDE)
    if reach is None or principal.member is None or not all(_reaches(principal, case, side) for side in Side):
        raise CollisionSideUnreached
    case.must_be_decided_by(principal.subject, reach=reach, widest=Scope.ALL)
    return reach


async def appeal_collision_case(work: UnitOfWork, *, uuid: UUID, seen: int | None, statement: str) -> CollisionCase:
    """Whoever lost appeals once, within the days: the next manager up decides, and until then everything stays.

    Raises CollisionCaseNotFound, StaleVersion, CollisionCannotMove, CollisionNotAppealedByWinner, CollisionAppealOver.
    """
    case = await _seen(work, uuid, seen)
    told = Appeal(by=work.principal.subject, statement=statement, time=work.now)
    return work.save(RECORD, case.appealed(told))


def pass_by_cases(work: UnitOfWork, registration: UUID, cases: Sequence[CollisionCase], *, passing_over: bool) -> None:
    """A registration whose customer is contested is not approved, unless its side has won so far.

    A reviewer who passes over a protection says that both keep the customer, and closes the case by that. Raises
    CustomerContested.
    """
    for case in cases:
        if passing_over:
            work.save(RECORD, case.closed(CollisionEnding.SHARED, now=work.now))
        elif case.holds_back(registration):
            raise CustomerContested(collision_case=case.name)


async def close_due(work: UnitOfWork, *, desk: RegistrationDesk) -> int:
    """A decision nobody appealed in time is final, and what follows from it happens at once; how many there were."""
    await work.begin()
    due = await due_cases(work, most=BATCH)
    for case in due:
        await _close(work, Change(case, ()), desk)
        # What follows from one is written before the next one is looked at: both may be about one account.
        await work.flush()
    return len(due)


class CollisionSweep:
    """Closes cases when their days for an appeal are over, on the service's own account."""

    def __init__(self, *, store: Store, principal: Principal, desk: RegistrationDesk) -> None:
        self._store = store
        self._principal = principal
        self._desk = desk

    async def sweep(self, _connection: object, _now: datetime) -> int:
        """Close what is due, at most a batch; how many were closed."""

        async def close(work: UnitOfWork) -> int:
            return await close_due(work, desk=self._desk)

        return await carry_out(self._store, self._principal, action="close collision cases", use_case=close)


async def _close(work: UnitOfWork, change: Change[CollisionCase], desk: RegistrationDesk) -> CollisionCase:
    """The case ends with what follows from its last decision, in this transaction or not at all."""
    followed = await follow(work, change.aggregate, desk=desk)
    return work.save(
        RECORD, change.then(lambda told: told.closed(followed.ending, effects=followed.effects, now=work.now))
    )


async def _seen(work: UnitOfWork, uuid: UUID, seen: int | None) -> CollisionCase:
    await work.begin()
    # Before the account, as whoever reviews a registration of it does.
    case = await get_case(work, uuid, hold=True)
    if seen is not None and case.version != seen:
        raise StaleVersion(resource=case.name)
    return case


def _reaches(principal: Principal, case: CollisionCase, side: Side) -> bool:
    party = case.of(side)
    found = grounds(principal, DECIDE, owner=party.member, team=party.team, region=party.region)
    return found is not None
