"""What pipeline publishes of customers whom two members claim: ids and classes, no words."""

from millrace.pipeline.v1 import collision_case_events_pb2 as messages

from chassis.publication import Publication, Publications
from chassis.wire import instant, named, numbers
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

_STATES = numbers(CollisionState, messages.CollisionState)
_ORIGINS = numbers(CollisionOrigin, messages.CollisionOrigin)
_SIDES = numbers(Side, messages.CollisionSide)
_RULES = numbers(Precedent, messages.CollisionRule)
_ENDINGS = numbers(CollisionEnding, messages.CollisionEnding)


def snapshot(case: CollisionCase) -> messages.CollisionCaseSnapshot:
    """The case's public state."""
    return messages.CollisionCaseSnapshot(
        name=case.name,
        account=named("accounts", case.account),
        state=_STATES[case.state],
        origin=_ORIGINS[case.origin],
        claimant=_party(case.claimant),
        holder=_party(case.holder),
        winner=_SIDES[case.winner],
        rule=_RULES[case.verdict.rule],
        appeal_end_time=instant(case.appeal_end_time),
        ending=_ENDINGS[case.ending],
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
