"""The account: who we sell to or want to sell to (客户)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.pipeline.domain.account_profile import UNKNOWN, Profile
from services.pipeline.domain.account_recycling import Spell, begun


@dataclass(eq=False, kw_only=True)
class AccountNotFound(Refusal):
    """There is no such account, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "ACCOUNT_NOT_FOUND"

    account: str


@dataclass(eq=False, kw_only=True)
class AccountArchived(Refusal):
    """The account is archived; it has to be brought back first."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_ARCHIVED"

    account: str


@dataclass(eq=False, kw_only=True)
class AccountNotArchived(Refusal):
    """The account is live; there is nothing to bring back."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_NOT_ARCHIVED"

    account: str


@dataclass(eq=False, kw_only=True)
class AccountInUse(Refusal):
    """Something is still open with the customer: `by` is what; an opportunity, for example, or a protection."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_IN_USE"

    account: str
    by: str


@dataclass(eq=False, kw_only=True)
class AccountExists(Refusal):
    """The customer is an account already, and the caller may see it."""

    kind = Kind.ALREADY_EXISTS
    reason = "ACCOUNT_EXISTS"

    account: str


@dataclass(eq=False, kw_only=True)
class AccountExistsElsewhere(Refusal):
    """The customer is an account that the caller may not see; only whose team to ask is told (empty: the pool's)."""

    kind = Kind.ALREADY_EXISTS
    reason = "ACCOUNT_EXISTS_ELSEWHERE"

    team: str


@dataclass(eq=False, kw_only=True)
class ParentUnknown(InvalidField):
    """The account above is not there, is archived, or the caller may not see it."""

    reason = "PARENT_UNKNOWN"

    field: str = "account.parent"


@dataclass(eq=False, kw_only=True)
class ParentCircle(InvalidField):
    """The account would stand above itself."""

    reason = "PARENT_CIRCLE"

    field: str = "account.parent"


@dataclass(frozen=True, slots=True)
class AccountCreated:
    """A customer became known."""


@dataclass(frozen=True, slots=True)
class AccountUpdated:
    """Facts of an account changed."""

    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountAssigned:
    """An account got another owner."""


@dataclass(frozen=True, slots=True)
class AccountDeleted:
    """An account was archived."""


@dataclass(frozen=True, slots=True)
class AccountUndeleted:
    """An account came back from the archive."""


@dataclass(frozen=True, slots=True)
class AccountProfiled:
    """What follows from what happened to an account is another."""

    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What is known of a customer, as entered; the credit code in canonical form. A `person` buys by himself."""

    display_name: str
    person: bool = False
    credit_code: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    address: str = ""
    industry: str = ""
    tier: str = ""
    employee_count: int = 0
    tags: tuple[str, ...] = ()
    parent: UUID | None = None
    note: str = ""

    def filled_by(self, other: "AccountFacts") -> "AccountFacts":
        """The facts with what another description of the same customer knows and this one does not."""
        empty = {name: getattr(other, name) for name in _FILLED if not getattr(self, name)}
        return replace(self, **empty)


_FILLED = ("phone", "email", "address", "industry", "employee_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Who looks after a customer; without an owner it is in the pool (公海)."""

    owner: UUID | None = None
    team: UUID | None = None
    region: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a customer came from: its lead, when it first made contact, and what brought it."""

    lead: UUID | None = None
    first_contact_time: datetime | None = None
    channel: UUID | None = None
    campaign: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKeys:
    """What an account is found by, derived from its facts: duplicate keys, search keys, the sort key."""

    match: frozenset[str] = frozenset()
    search: frozenset[str] = frozenset()
    sort: str = ""


NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A company or person we sell to or want to sell to (客户)."""

    uuid: UUID
    version: int = 0
    facts: AccountFacts
    ownership: Ownership
    origin: Origin = NO_ORIGIN
    keys: FindingKeys = FindingKeys()
    hand_tags: tuple[str, ...] = ()
    profile: Profile = UNKNOWN
    pool: UUID | None = None
    spell: Spell | None = None
    create_time: datetime
    update_time: datetime
    delete_time: datetime | None = None

    @property
    def name(self) -> str:
        """The resource name, "accounts/{uuid}"."""
        return f"accounts/{self.uuid}"

    @property
    def tier(self) -> str:
        """How important it is: as somebody said, else as it was rated; empty for neither."""
        return self.facts.tier or self.profile.tier

    def must_live(self) -> None:
        """Pass for a live account; raises AccountArchived."""
        if self.delete_time is not None:
            raise AccountArchived(account=self.name)

    def updated(self, *, facts: AccountFacts, keys: FindingKeys, now: datetime) -> Change["Account"]:
        """Change what is known; nothing changed is no event. Raises AccountArchived."""
        self.must_live()
        changed = changed_fields(self.facts, facts)
        if not changed:
            return Change(self, ())
        return Change(replace(self, facts=facts, keys=keys, update_time=now), (AccountUpdated(changed),))

    def assigned(self, ownership: Ownership, *, now: datetime) -> Change["Account"]:
        """Give it to somebody, whose time begins; whose it is already, with the same team and region, is no event.

        Raises AccountArchived.
        """
        self.must_live()
        if ownership == self.ownership:
            return Change(self, ())
        given = replace(self, ownership=ownership, pool=None, update_time=now)
        return Change(given.with_spell(now=now), (AccountAssigned(),))

    def with_spell(self, *, now: datetime) -> "Account":
        """The account with the spell of its owner (回收时钟), which begins where another had it before."""
        return replace(self, spell=begun(self.spell, owner=self.ownership.owner, now=now))

    def profiled(self, profile: Profile, *, now: datetime) -> Change["Account"]:
        """Keep what follows from what happened to it; nothing new is no event."""
        changed = changed_fields(self.profile, profile)
        if not changed:
            return Change(self, ())
        return Change(replace(self, profile=profile, update_time=now), (AccountProfiled(changed),))

    def tagged(self, hand_tags: tuple[str, ...], *, now: datetime) -> Change["Account"]:
        """Bear other tags set by hand; the same ones are no event. Raises AccountArchived."""
        self.must_live()
        if hand_tags == self.hand_tags:
            return Change(self, ())
        return Change(replace(self, hand_tags=hand_tags, update_time=now), (AccountUpdated(("hand_tags",)),))

    def archived(self, *, now: datetime) -> Change["Account"]:
        """Put it away; raises AccountArchived where it is already."""
        self.must_live()
        return Change(replace(self, delete_time=now, update_time=now), (AccountDeleted(),))

    def brought_back(self, *, now: datetime) -> Change["Account"]:
        """Bring it back, with all the time for its owner; raises AccountNotArchived."""
        if self.delete_time is None:
            raise AccountNotArchived(account=self.name)
        back = replace(self, delete_time=None, spell=None, update_time=now)
        return Change(back.with_spell(now=now), (AccountUndeleted(),))


def create_account(
    *,
    uuid: UUID,
    facts: AccountFacts,
    keys: FindingKeys,
    ownership: Ownership,
    now: datetime,
    origin: Origin = NO_ORIGIN,
) -> Change[Account]:
    """Take a customer in."""
    account = Account(
        uuid=uuid, facts=facts, keys=keys, ownership=ownership, origin=origin, create_time=now, update_time=now
    )
    return Change(account.with_spell(now=now), (AccountCreated(),))


def check_parent(account: UUID, *, above: Sequence[UUID]) -> None:
    """An account stands above others, never above itself; `above` is the new parent and all above it.

    Raises ParentCircle.
    """
    if account in above:
        raise ParentCircle


def changed_fields(before: object, after: object) -> tuple[str, ...]:
    """The names of the facts that differ, in the order of their declaration."""
    names = [field.name for field in fields(before)]  # type: ignore[arg-type]  # facts are dataclasses
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))
