"""Reading cases of collisions: as far as the reader reaches their sides; trying rules on them once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.principal import Principal
from chassis.reach import grounds
from chassis.work import Read
from services.pipeline.domain.collision_case import CollisionCase
from services.pipeline.domain.collision_rules import CollisionRules
from services.pipeline.domain.collision_verdict import Side, Verdict
from services.pipeline.storage import collision_cases
from services.pipeline.storage.collision_cases import READ

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A case, and what the rules it keeps find on the timelines it keeps."""

    case: CollisionCase
    found: Verdict

    @property
    def same(self) -> bool:
        """Whether it is what they found when the case was opened, byte for byte."""
        return self.found.digest == self.case.verdict.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How many cases were tried, how many no rule would decide, and those that would be decided otherwise."""

    cases: int
    undecided: int
    changes: Sequence[tuple[CollisionCase, Verdict]]


def reached_sides(principal: Principal, case: CollisionCase) -> frozenset[Side]:
    """The sides of a case whose facts a reader is shown: those his permission to read reaches, and no other."""
    parties = ((side, case.of(side)) for side in Side)
    return frozenset(
        side
        for side, party in parties
        if grounds(principal, READ, owner=party.member, team=party.team, region=party.region) is not None
    )


async def get_collision_case(read: Read, *, uuid: UUID) -> CollisionCase:
    """A case shows itself to whoever reaches one of its sides. Raises CollisionCaseNotFound."""
    return await collision_cases.get_case(read, uuid)


async def list_collision_cases(read: Read, *, wanted: PageRequest, awaiting: bool) -> Page[CollisionCase]:
    """Cases are listed to whoever reaches one of their sides; or those that wait for the caller's decision."""
    return await collision_cases.list_cases(read, wanted, awaiting=awaiting)


async def replay_collision_case(read: Read, *, uuid: UUID) -> Replay:
    """A verdict can be made again from what the case keeps: the same rules and facts, the same verdict.

    Raises CollisionCaseNotFound.
    """
    case = await collision_cases.get_case(read, uuid)
    return Replay(case=case, found=case.judged_by(case.rules))


async def rehearse_collision_rules(read: Read, *, body: Mapping[str, object]) -> Rehearsal:
    """Other rules are tried on the newest cases whose both sides the caller reaches; nothing changes.

    Raises RuleBodyInvalid.
    """
    rules = CollisionRules.from_mapping(body)
    cases = await collision_cases.newest_seen_whole(read, most=_MOST)
    tried = [(case, case.judged_by(rules)) for case in cases]
    return Rehearsal(
        cases=len(tried),
        undecided=sum(found.winner is None for _, found in tried),
        changes=[(case, found) for case, found in tried if found.winner is not case.verdict.winner],
    )
