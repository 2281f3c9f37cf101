"""Cases of collisions between messages and the domain; what a reader does not reach is left out here, and only here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from millrace.pipeline.v1 import collision_case_events_pb2 as states
from millrace.pipeline.v1 import collision_case_pb2 as messages
from millrace.pipeline.v1 import collision_case_service_pb2 as contract

from chassis.organization import Snapshot
from chassis.principal import Principal
from chassis.rpc.wording import Wording
from chassis.wire import instant, named, numbers, put_instant, reference, uuid_of
from services.pipeline.application.collision_opening import Told
from services.pipeline.application.collision_reading import Rehearsal, Replay, reached_sides
from services.pipeline.domain.account_look_up import By
from services.pipeline.domain.collision_case import (
    CollisionCase,
    CollisionEnding,
    CollisionOrigin,
    CollisionState,
    Party,
    Ruling,
)
from services.pipeline.domain.collision_rules import Precedent
from services.pipeline.domain.collision_timeline import Fact, FactKind
from services.pipeline.domain.collision_verdict import Side, Standing, Trial, Verdict, protected_until
from trade.credit_code import credit_code

_STATES = numbers(CollisionState, states.CollisionState)
_ORIGINS = numbers(CollisionOrigin, states.CollisionOrigin)
_SIDES = numbers(Side, states.CollisionSide)
_RULES = numbers(Precedent, states.CollisionRule)
_ENDINGS = numbers(CollisionEnding, states.CollisionEnding)
WINNERS: Mapping[int, Side] = {number: side for side, number in _SIDES.items() if side is not None}
_KINDS: Mapping[FactKind, Any] = {
    kind: messages.CollisionFactKind.Value(f"COLLISION_FACT_KIND_{kind.name}") for kind in FactKind
}
# What followed that tells of what is the loser's.
_OF_LOSER = frozenset({"COLLISION_PROTECTIONS_ENDED", "COLLISION_OPPORTUNITIES_LEFT"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a case, in which language, and what teams are called."""

    principal: Principal
    wording: Wording
    snapshot: Snapshot


def told_of(request: contract.OpenCollisionCaseRequest) -> Told:
    """What the request tells; raises InvalidField with the field's path, and CreditCodeInvalid."""
    asked = [(by, value) for by in By if (value := getattr(request, by.value).strip())]
    return Told(
        registration=reference(request.registration, field="registration"),
        opportunity=reference(request.opportunity, field="opportunity"),
        account=reference(request.account, field="account"),
        looked_up=tuple((by, credit_code(value) if by is By.CREDIT_CODE else value) for by, value in asked),
        statement=request.statement.strip(),
        evidence=tuple(_evidence(name) for name in request.evidence),
        claimant=reference(request.claimant, field="claimant"),
    )


def to_message(case: CollisionCase, reader: Reader) -> messages.CollisionCase:
    """The case as far as the reader reaches its sides."""
    reached = reached_sides(reader.principal, case)
    message = messages.CollisionCase(
        name=case.name,
        account=named("accounts", case.account) if _knows_account(case, reached) else "",
        state=_STATES[case.state],
        origin=_ORIGINS[case.origin],
        opener=case.opener if Side.CLAIMANT in reached else "",
        claimant=_party(case, Side.CLAIMANT, reached, reader),
        holder=_party(case, Side.HOLDER, reached, reader),
        rules_version=case.rules_version,
        trials=trial_messages(case.verdict, reached, reader.wording),
        rule=_RULES[case.verdict.rule],
        verdict_digest=case.verdict.digest,
        winner=_SIDES[case.winner],
        rulings=[_ruling(each) for each in case.rulings],
        appeal_end_time=instant(case.appeal_end_time),
        ending=_ENDINGS[case.ending],
        effects=reader.wording.reasons(
            each for each in case.effects if each.code not in _OF_LOSER or _loser(case) in reached
        ),
        create_time=instant(case.create_time),
        update_time=instant(case.update_time),
        close_time=instant(case.close_time),
        etag=str(case.version),
    )
    _put_appeal(message, case, reached)
    return message


def replay_message(replay: Replay, reader: Reader) -> contract.ReplayCollisionCaseResponse:
    """What the rules find again, as far as the reader reaches the sides."""
    reached = reached_sides(reader.principal, replay.case)
    return contract.ReplayCollisionCaseResponse(
        trials=trial_messages(replay.found, reached, reader.wording),
        winner=_SIDES[replay.found.winner],
        verdict_digest=replay.found.digest,
        same=replay.same,
    )


def rehearsal_message(rehearsal: Rehearsal) -> contract.RehearseCollisionRulesResponse:
    """What other rules would have made of past cases."""
    return contract.RehearseCollisionRulesResponse(
        cases=rehearsal.cases,
        undecided=rehearsal.undecided,
        changes=[
            contract.RehearsedCollision(
                collision_case=case.name,
                winner_now=_SIDES[case.verdict.winner],
                rule_now=_RULES[case.verdict.rule],
                winner_then=_SIDES[found.winner],
                rule_then=_RULES[found.rule],
            )
            for case, found in rehearsal.changes
        ],
    )


def trial_messages(found: Verdict, reached: frozenset[Side], wording: Wording) -> list[messages.CollisionTrial]:
    """Every rule that was tried; how a side stood only where it is reached."""
    return [_trial(each, reached, wording) for each in found.trials]


def _trial(trial: Trial, reached: frozenset[Side], wording: Wording) -> messages.CollisionTrial:
    message = messages.CollisionTrial(rule=_RULES[trial.rule], winner=_SIDES[trial.winner])
    if Side.CLAIMANT in reached:
        message.claimant.CopyFrom(_standing(trial.claimant, wording))
    if Side.HOLDER in reached:
        message.holder.CopyFrom(_standing(trial.holder, wording))
    return message


def _standing(standing: Standing, wording: Wording) -> messages.CollisionStanding:
    return messages.CollisionStanding(reason=wording.reasons([standing.reason])[0], source=standing.source)


def _party(case: CollisionCase, side: Side, reached: frozenset[Side], reader: Reader) -> messages.CollisionParty:
    """What a look-up tells of a side; all of it where it is reached."""
    party = case.of(side)
    team = reader.snapshot.teams.get(party.team) if party.team else None
    message = messages.CollisionParty(
        team_display_name=team.display_name if team else "",
        protection_end_time=instant(protected_until(party.timeline, at=case.create_time)),
    )
    if side in reached:
        _put_party(message, party)
    return message


def _put_party(message: messages.CollisionParty, party: Party) -> None:
    message.reached = True
    message.member = party.subject
    message.team = named("teams", party.team)
    message.region = named("regions", party.region)
    message.registration = named("registrations", party.registration)
    message.opportunity = named("opportunities", party.opportunity)
    message.statement = party.statement
    message.evidence.extend(party.evidence)
    message.timeline.extend(_fact(each) for each in party.timeline)


def _fact(fact: Fact) -> messages.CollisionFact:
    return messages.CollisionFact(
        kind=_KINDS[fact.kind],
        time=instant(fact.time),
        source=fact.source,
        detail=fact.detail,
        end_time=instant(fact.until),
    )


def _ruling(ruling: Ruling) -> messages.CollisionRuling:
    return messages.CollisionRuling(
        winner=_SIDES[ruling.winner], decider=ruling.by, comment=ruling.comment, time=instant(ruling.time)
    )


def _put_appeal(message: messages.CollisionCase, case: CollisionCase, reached: frozenset[Side]) -> None:
    if case.appeal is None:
        return
    appealing = next(side for side in Side if case.of(side).subject == case.appeal.by)
    message.appeal.statement = case.appeal.statement if appealing in reached else ""
    put_instant(message.appeal.time, case.appeal.time)


def _loser(case: CollisionCase) -> Side | None:
    return case.winner.other if case.winner is not None else None


def _knows_account(case: CollisionCase, reached: frozenset[Side]) -> bool:
    """Whoever reaches the holder's side knows the account, and the claimant once it was given to him."""
    given = case.ending is CollisionEnding.CARRIED_OUT and case.winner is Side.CLAIMANT
    return Side.HOLDER in reached or (given and Side.CLAIMANT in reached)


def _evidence(name: str) -> Any:
    _, opportunity, _, evidence = name.split("/")
    return uuid_of(f"opportunities/{opportunity}", field="evidence"), uuid_of(f"evidence/{evidence}", field="evidence")
