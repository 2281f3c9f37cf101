"""The days on which a customer is thought of (关怀日), agreed by hand; birthdays stand with the contacts."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.pipeline.domain.account import changed_fields


class OccasionKind(Enum):
    """What kind of day it is."""

    UNSPECIFIED = ""
    ANNIVERSARY = "anniversary"
    FIRST_ORDER = "first_order"
    BIRTHDAY = "birthday"


@dataclass(eq=False, kw_only=True)
class OccasionNotFound(Refusal):
    """There is no such occasion, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "OCCASION_NOT_FOUND"

    occasion: str


@dataclass(eq=False, kw_only=True)
class OccasionArchived(Refusal):
    """The occasion is archived and has to be brought back first."""

    kind = Kind.RULE_VIOLATION
    reason = "OCCASION_ARCHIVED"

    occasion: str


@dataclass(eq=False, kw_only=True)
class OccasionNotArchived(Refusal):
    """The occasion is live; there is nothing to bring back."""

    kind = Kind.RULE_VIOLATION
    reason = "OCCASION_NOT_ARCHIVED"

    occasion: str


@dataclass(eq=False, kw_only=True)
class OccasionContactElsewhere(InvalidField):
    """The person is one of another account."""

    reason = "OCCASION_CONTACT_ELSEWHERE"

    field: str = "occasion.contact"


@dataclass(frozen=True, slots=True)
class OccasionCreated:
    """An occasion was agreed on."""


@dataclass(frozen=True, slots=True)
class OccasionUpdated:
    """Facts of an occasion changed."""

    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OccasionDeleted:
    """An occasion was archived."""


@dataclass(frozen=True, slots=True)
class OccasionUndeleted:
    """An occasion came back from the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionFacts:
    """What is known of an occasion, as entered; without a day once its person was erased."""

    title: str
    kind: OccasionKind = OccasionKind.UNSPECIFIED
    day: date | None
    yearly: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A day on which an account or one of its people is thought of; whoever sees the account sees it."""

    uuid: UUID
    version: int = 0
    account: UUID
    contact: UUID | None = None
    facts: OccasionFacts
    create_time: datetime
    update_time: datetime
    delete_time: datetime | None = None

    @property
    def name(self) -> str:
        """The resource name, "occasions/{uuid}"."""
        return f"occasions/{self.uuid}"

    def updated(self, facts: OccasionFacts, *, now: datetime) -> Change["Occasion"]:
        """Change what is known; nothing changed is no event. Raises OccasionArchived."""
        self._must_live()
        changed = changed_fields(self.facts, facts)
        if not changed:
            return Change(self, ())
        return Change(replace(self, facts=facts, update_time=now), (OccasionUpdated(changed),))

    def archived(self, *, now: datetime) -> Change["Occasion"]:
        """Put it away; raises OccasionArchived where it is already."""
        self._must_live()
        return Change(replace(self, delete_time=now, update_time=now), (OccasionDeleted(),))

    def brought_back(self, *, now: datetime) -> Change["Occasion"]:
        """Bring it back; raises OccasionNotArchived."""
        if self.delete_time is None:
            raise OccasionNotArchived(occasion=self.name)
        return Change(replace(self, delete_time=None, update_time=now), (OccasionUndeleted(),))

    def _must_live(self) -> None:
        if self.delete_time is not None:
            raise OccasionArchived(occasion=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingOccasion:
    """An occasion that comes, on the day on which it comes; `first_day` is the day it goes back to."""

    day: date
    kind: OccasionKind
    title: str
    account: UUID
    account_display_name: str
    contact: UUID | None
    contact_display_name: str
    occasion: UUID | None
    first_day: date

    @property
    def years(self) -> int:
        """How many years it will be by then: of a birthday the age."""
        return self.day.year - self.first_day.year


def create_occasion(
    *, uuid: UUID, account: UUID, contact: UUID | None, facts: OccasionFacts, now: datetime
) -> Change[Occasion]:
    """Agree on a day."""
    occasion = Occasion(uuid=uuid, account=account, contact=contact, facts=facts, create_time=now, update_time=now)
    return Change(occasion, (OccasionCreated(),))
