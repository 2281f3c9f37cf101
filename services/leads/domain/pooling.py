"""What happens to a lead around a pool (线索池): released, claimed, handed out, moved on, and recycled."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.lead import Lead, Ownership
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.pools import LeadPool
from services.leads.domain.response import Timetable
from trade.pools.claiming import ClaimedEnough, HadItLately, Holding, HoldsEnough, MoveKind, obstacle
from trade.reasons import Reason


@dataclass(eq=False, kw_only=True)
class LeadInPool(Refusal):
    """The lead waits in a pool: it is claimed there, or handed out, before anybody works it."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_IN_POOL"

    pool: str


@dataclass(eq=False, kw_only=True)
class LeadNotInPool(Refusal):
    """The lead is in no pool: somebody else was quicker, or it never was in one."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_NOT_IN_POOL"

    lead: str


@dataclass(eq=False, kw_only=True)
class LeadCannotBeReleased(Refusal):
    """Nobody owns the lead, or nobody works it any more: there is nothing to give back."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_BE_RELEASED"

    lead: str


@dataclass(eq=False, kw_only=True)
class LeadAlreadyThere(Refusal):
    """The lead is in that pool already."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_ALREADY_THERE"

    pool: str


@dataclass(eq=False, kw_only=True)
class ClaimsOfTheDayUsed(Refusal):
    """The member has claimed as many leads from the pool today as one may."""

    kind = Kind.TOO_MANY
    reason = "LEAD_CLAIMS_OF_THE_DAY_USED"

    most: int


@dataclass(eq=False, kw_only=True)
class HolderFull(Refusal):
    """The member holds as many leads that are not converted as one may who takes from the pool."""

    kind = Kind.TOO_MANY
    reason = "LEAD_HOLDER_FULL"

    most: int


@dataclass(eq=False, kw_only=True)
class LeadCoolingDown(Refusal):
    """The member had the lead not long ago; until then it is for others."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_COOLING_DOWN"

    until: str


@dataclass(frozen=True, slots=True)
class LeadPooled:
    """A lead was put into a pool: by its owner, because he did not work it, or from another pool."""

    kind: MoveKind
    former_owner: UUID | None = None
    former_pool: UUID | None = None


@dataclass(frozen=True, slots=True)
class LeadTakenFromPool:
    """A lead left a pool with a member: he claimed it, or it was handed out to him. Who, is told by the assignment."""

    kind: MoveKind
    pool: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Whom a lead goes to from a pool: with his team and region of now, and who says so."""

    owner: UUID
    team: UUID | None
    region: UUID | None
    author: str
    kind: MoveKind = MoveKind.CLAIMED

    def ownership(self, pool: LeadPool) -> Ownership:
        """Who owns the lead afterwards, and what explains it."""
        told = {"pool": pool.terms.display_name, "author": self.author}
        code = "ASSIGNED_BY_CLAIM" if self.kind is MoveKind.CLAIMED else "ASSIGNED_FROM_POOL"
        return Ownership(owner=self.owner, team=self.team, region=self.region, reasons=(Reason(code, told),))


def check_not_pooled(lead: Lead) -> None:
    """Pass for a lead that waits in no pool; raises LeadInPool."""
    if lead.pool is not None:
        raise LeadInPool(pool=f"leadPools/{lead.pool}")


def check_may_get(pool: LeadPool, holding: Holding, *, kind: MoveKind, now: datetime) -> None:
    """Pass where caps let a member get one more lead; the day's cap and the cool-down (冷却期) are for claims alone.

    Raises HolderFull, ClaimsOfTheDayUsed, LeadCoolingDown.
    """
    match obstacle(pool.terms, holding, kind=kind, now=now):
        case HoldsEnough(most):
            raise HolderFull(most=most)
        case ClaimedEnough(most):
            raise ClaimsOfTheDayUsed(most=most)
        case HadItLately(until):
            raise LeadCoolingDown(until=until.isoformat())


def taken_from_pool(lead: Lead, pool: LeadPool, claim: Claim, *, timetable: Timetable) -> Change[Lead]:
    """The lead leaves its pool with a member, whose clocks begin. Raises LeadNotInPool for one that is in none."""
    if lead.pool != pool.uuid or lead.state not in OPEN_STATES:
        raise LeadNotInPool(lead=f"leads/{lead.uuid}")
    change = lead.assigned(claim.ownership(pool), timetable=timetable)
    return Change(change.aggregate, (*change.events, LeadTakenFromPool(claim.kind, pool.uuid)))


def released(lead: Lead, pool: LeadPool, *, reasons: tuple[Reason, ...], now: datetime) -> Change[Lead]:
    """The owner gives an open lead back (退回), and tells why.

    Raises LeadInPool, LeadCannotBeReleased, LeadPoolClosed.
    """
    check_not_pooled(lead)
    pool.check_takes()
    if lead.owner is None or lead.state not in OPEN_STATES:
        raise LeadCannotBeReleased(lead=f"leads/{lead.uuid}")
    return _into(lead, pool, reasons, MoveKind.RELEASED, now=now)


def recycled(lead: Lead, pool: LeadPool, *, now: datetime) -> Change[Lead]:
    """The lead is taken from an owner who did not work it (回收)."""
    falls = lead.recycling.falls if lead.recycling else None
    told = {"rule": falls.rule.value, "days": str(falls.days), "since": falls.since.isoformat()} if falls else {}
    reason = Reason("POOLED_BY_RECYCLING", {"grade": lead.grade.value, **told})
    return _into(lead, pool, (reason,), MoveKind.RECYCLED, now=now)


def transferred(lead: Lead, pool: LeadPool, *, now: datetime) -> Change[Lead]:
    """A lead goes from one pool into another (转移). Raises LeadNotInPool, LeadAlreadyThere, LeadPoolClosed."""
    pool.check_takes()
    if lead.pool is None:
        raise LeadNotInPool(lead=f"leads/{lead.uuid}")
    if lead.pool == pool.uuid:
        raise LeadAlreadyThere(pool=pool.name)
    event = LeadPooled(MoveKind.TRANSFERRED, former_pool=lead.pool)
    return Change(replace(lead, pool=pool.uuid, update_time=now), (event,))


def _into(lead: Lead, pool: LeadPool, reasons: tuple[Reason, ...], kind: MoveKind, *, now: datetime) -> Change[Lead]:
    """Of nobody from now on: no clock runs, and a first answer that was given stands."""
    answered = lead.response if lead.response is not None and lead.response.answer is not None else None
    following = replace(
        lead,
        owner=None,
        team=None,
        owner_reasons=reasons,
        response=answered,
        recycling=None,
        pool=pool.uuid,
        update_time=now,
    )
    return Change(following, (LeadPooled(kind, former_owner=lead.owner),))
