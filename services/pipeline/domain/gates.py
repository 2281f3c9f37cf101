"""Gates (阶段准出): the one place that decides whether an opportunity may go on, on whatever path it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from kernel.money import Money
from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.opportunity import (
    Opportunity,
    OpportunityMoved,
    OpportunityState,
    OpportunityWon,
    StageMove,
)
from services.pipeline.domain.opportunity_facts import Acquaintance, Opening, Standing
from services.pipeline.domain.sales_process import Ask, Requirement, SalesProcess, Stage, StageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityCreated:
    """An opportunity was opened, for a customer with whom we had come so far (客户阶段) and who had these tags."""

    phase: Phase = Phase.PROSPECT
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something a stage asks for that is not there; `waived` where it may be missing for now."""

    stage: str
    requirement: Requirement
    waived: bool = False


@dataclass(eq=False, kw_only=True)
class GateUnmet(Refusal):
    """The stage cannot be left forward before what it asks for is there."""

    kind = Kind.RULE_VIOLATION
    reason = "GATE_UNMET"

    stage: str
    missing: str


@dataclass(eq=False, kw_only=True)
class StageMoveNotAllowed(Refusal):
    """The process does not go from the one stage to the other."""

    kind = Kind.RULE_VIOLATION
    reason = "STAGE_MOVE_NOT_ALLOWED"

    stage: str
    wanted: str


_LINKED: Mapping[str, Callable[[Opportunity], bool]] = {
    "quote_approved": lambda opportunity: opportunity.quoted_time is not None,
    "contract_signed": lambda opportunity: opportunity.outcome.contract is not None,
    "registration_approved": lambda opportunity: opportunity.counts,
}


def gaps_of(stage: Stage, opportunity: Opportunity, *, now: datetime) -> tuple[Gap, ...]:
    """What the gate of a stage asks for and the opportunity lacks. A signed contract shows all of it."""
    if opportunity.outcome.contract is not None:
        return ()
    waived = any(waiver.stage == stage.key and waiver.holds(now=now) for waiver in opportunity.waivers)
    return tuple(
        Gap(stage=stage.key, requirement=each, waived=waived) for each in stage.gate if not _is_met(each, opportunity)
    )


def gaps_before(process: SalesProcess, opportunity: Opportunity, *, to: int, now: datetime) -> tuple[Gap, ...]:
    """The gaps of every stage from the one it is in up to the one before `to`: skipping a stage skips no gate."""
    start = process.places.get(opportunity.standing.stage, 0)
    return tuple(gap for stage in process.stages[start:to] for gap in gaps_of(stage, opportunity, now=now))


def gate_debt(process: SalesProcess, opportunity: Opportunity, *, now: datetime) -> tuple[Gap, ...]:
    """What stages behind it asked for and is still missing (准出欠账): passed by a waiver, or asked for later."""
    place = process.places.get(opportunity.standing.stage, 0)
    return tuple(gap for stage in process.stages[:place] for gap in gaps_of(stage, opportunity, now=now))


def moved(opportunity: Opportunity, *, process: SalesProcess, to: str, now: datetime) -> Change[Opportunity]:
    """Enter another stage of its process (推进).

    Raises OpportunityCannotMove, StageUnknown, StageMoveNotAllowed, and GateUnmet on the way forward.
    """
    opportunity.must_be_open()
    place = process.place(to)
    here = process.stages[process.places.get(opportunity.standing.stage, 0)]
    if to == opportunity.standing.stage or (here.moves and to not in here.moves):
        raise StageMoveNotAllowed(stage=opportunity.standing.stage, wanted=to)
    _pass_gates(process, opportunity, to=place, now=now)
    return _entered(opportunity, process=process, place=place, now=now)


def opened(
    opening: Opening, *, uuid: UUID, process: SalesProcess, now: datetime, phase: Phase = Phase.PROSPECT
) -> Change[Opportunity]:
    """Open an opportunity in the stage the customer is said to be in, never past a gate that is not met.

    `phase` is how far we were with the customer before.
    """
    opportunity = Opportunity(
        uuid=uuid,
        account=opening.account,
        tier=opening.tier,
        facts=opening.facts,
        origin=opening.origin,
        owner=opening.owner,
        team=opening.team,
        region=opening.region,
        sales_process=process.uuid,
        standing=Standing.at(process.stages[0], now=now, visit=1),
        counts=opening.counts,
        follow_up_time=now,
        create_time=now,
        update_time=now,
    )
    wanted = process.latest_of(opening.wanted_kind)
    place = next((at for at in range(wanted) if gaps_of(process.stages[at], opportunity, now=now)), wanted)
    standing = Standing.at(process.stages[place], now=now, visit=1)
    confirmed = now if standing.kind.rank > StageKind.NEED.rank else None
    begun = replace(opportunity, standing=standing, need_confirmed_time=confirmed)
    return Change(begun, (OpportunityCreated(phase=phase, tags=opening.tags),))


def won(
    opportunity: Opportunity,
    *,
    process: SalesProcess,
    contract: UUID,
    amount: Money | None,
    now: datetime,
    acquaintance: Acquaintance | None = None,
) -> Change[Opportunity]:
    """Close it as won: the contract is signed, which is evidence for every gate that was still before it.

    From then on it is worth the contract's `amount`. Raises OpportunityCannotMove.
    """
    opportunity.must_be(able=OpportunityState.WON)
    outcome = replace(opportunity.outcome, contract=contract)
    signed = Change(replace(opportunity.worth(amount), outcome=outcome), ())
    place = process.latest_of(StageKind.SIGNING)
    if opportunity.standing.stage != process.stages[place].key:
        _pass_gates(process, signed.aggregate, to=place, now=now)
        signed = _entered(signed.aggregate, process=process, place=place, now=now)

    def close(standing: Opportunity) -> Change[Opportunity]:
        closed = replace(standing.outcome, close_time=now)
        following = replace(standing, state=OpportunityState.WON, outcome=closed, update_time=now)
        return Change(following, (OpportunityWon(acquaintance),))

    return signed.then(close)


def _pass_gates(process: SalesProcess, opportunity: Opportunity, *, to: int, now: datetime) -> None:
    missing = [gap for gap in gaps_before(process, opportunity, to=to, now=now) if not gap.waived]
    if missing:
        stage = missing[0].stage
        codes = (gap.requirement.code for gap in missing if gap.stage == stage)
        raise GateUnmet(stage=stage, missing=", ".join(codes))


def _entered(opportunity: Opportunity, *, process: SalesProcess, place: int, now: datetime) -> Change[Opportunity]:
    left, stage = opportunity.standing, process.stages[place]
    # A stage the process no longer has counts as its first.
    steps = place - process.places.get(left.stage, 0)
    move = StageMove.BACK if steps < 0 else StageMove.SKIP if steps > 1 else StageMove.FORWARD
    confirmed = stage.kind.rank > StageKind.NEED.rank
    # A need that is open again is quoted anew, unless a quote still stands.
    quoted = opportunity.first_quoted_time if confirmed else opportunity.quoted_time
    following = replace(
        opportunity,
        standing=Standing.at(stage, now=now, visit=left.visit + 1),
        need_confirmed_time=(opportunity.need_confirmed_time or now) if confirmed else None,
        first_quoted_time=quoted,
        follow_up_time=now,
        update_time=now,
    )
    return Change(following, (OpportunityMoved(left, move),))


def _is_met(requirement: Requirement, opportunity: Opportunity) -> bool:
    if requirement.ask is Ask.EVIDENCE:
        return any(each.kind.value == requirement.key for each in opportunity.evidence)
    if requirement.ask is Ask.FIELD:
        return bool(getattr(opportunity.facts, requirement.key))
    return _LINKED[requirement.key](opportunity)
