"""What pipeline publishes of customers whom two members claim: ids and classes, no words."""

from typing import Any

from millrace.pipeline.v1 import collision_case_events_pb2 as messages

from chassis.publication import Publication, Publications
from chassis.wire import instant, named
from services.pipeline.domain import collision_happenings as domain
from services.pipeline.domain.collision_case import (
    CollisionCase,
    CollisionEnding,
    CollisionOrigin,
    CollisionState,
    Party,
)
from services.pipeline.domain.collision_rules import Precedent
from services.pipeline.domain.collision_verdict import Side

STATES: dict[CollisionState, Any] = {
    each: messages.CollisionState.Value(f"COLLISION_STATE_{each.name}") for each in CollisionState
}
ORIGINS: dict[CollisionOrigin, Any] = {
    each: messages.CollisionOrigin.Value(f"COLLISION_ORIGIN_{each.name}") for each in CollisionOrigin
}
SIDES: dict[Side | None, Any] = {
    None: messages.COLLISION_SIDE_UNSPECIFIED,
    **{each: messages.CollisionSide.Value(f"COLLISION_SIDE_{each.name}") for each in Side},
}
RULES: dict[Precedent | None, Any] = {
    None: messages.COLLISION_RULE_UNSPECIFIED,
    **{each: messages.CollisionRule.Value(f"COLLISION_RULE_{each.name}") for each in Precedent},
}
ENDINGS: dict[CollisionEnding | None, Any] = {
    None: messages.COLLISION_ENDING_UNSPECIFIED,
    **{each: messages.CollisionEnding.Value(f"COLLISION_ENDING_{each.name}") for each in CollisionEnding},
}


def snapshot(case: CollisionCase) -> messages.CollisionCaseSnapshot:
    """The case's public state."""
    return messages.CollisionCaseSnapshot(
        name=case.name,
        account=named("accounts", case.account),
        state=STATES[case.state],
        origin=ORIGINS[case.origin],
        claimant=_party(case.claimant),
        holder=_party(case.holder),
        winner=SIDES[case.winner],
        rule=RULES[case.verdict.rule],
        appeal_end_time=instant(case.appeal_end_time),
        ending=ENDINGS[case.ending],
        create_time=instant(case.create_time),
        close_time=instant(case.close_time),
    )


def _party(party: Party) -> messages.CollisionPartySnapshot:
    return messages.CollisionPartySnapshot(
        member=party.subject,
        team=named("teams", party.team),
        region=named("regions", party.region),
        registration=named("registrations", party.registration),
        opportunity=named("opportunities", party.opportunity),
    )


COLLISION_CASES: Publications = {
    domain.CollisionCaseOpened: Publication(
        "collision_case.opened", lambda _, state: messages.CollisionCaseOpened(collision_case=state), state=snapshot
    ),
    domain.CollisionCaseDecided: Publication(
        "collision_case.decided", lambda _, state: messages.CollisionCaseDecided(collision_case=state), state=snapshot
    ),
    domain.CollisionCaseAppealed: Publication(
        "collision_case.appealed", lambda _, state: messages.CollisionCaseAppealed(collision_case=state), state=snapshot
    ),
    domain.CollisionCaseClosed: Publication(
        "collision_case.closed", lambda _, state: messages.CollisionCaseClosed(collision_case=state), state=snapshot
    ),
}
