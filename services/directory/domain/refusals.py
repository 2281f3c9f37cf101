"""What the organization refuses in more than one place: references to nobody, names held twice."""

from dataclasses import dataclass

from kernel.errors import Kind, Refusal


@dataclass(eq=False, kw_only=True)
class NotDeleted(Refusal):
    """What is to come back was never archived (AIP-164)."""

    kind = Kind.ALREADY_EXISTS
    reason = "NOT_DELETED"

    resource: str


@dataclass(eq=False, kw_only=True)
class TeamUnknown(Refusal):
    """The team named does not exist or is archived."""

    kind = Kind.RULE_VIOLATION
    reason = "TEAM_UNKNOWN"

    team: str


@dataclass(eq=False, kw_only=True)
class RegionUnknown(Refusal):
    """The region named does not exist or is archived."""

    kind = Kind.RULE_VIOLATION
    reason = "REGION_UNKNOWN"

    region: str


@dataclass(eq=False, kw_only=True)
class LastAdministrator(Refusal):
    """Nobody could administer the directory afterwards, and no one could repair that."""

    kind = Kind.RULE_VIOLATION
    reason = "LAST_ADMINISTRATOR"
