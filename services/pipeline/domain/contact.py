"""The people of a customer (联系人)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.pipeline.domain.account import Ownership, changed_fields
from trade.emails import email
from trade.phones import Line, Phone, phone


class DecisionRole(Enum):
    """The part a person has in the customer's decision (决策角色)."""

    UNSPECIFIED = ""
    DECISION_MAKER = "decision_maker"
    INFLUENCER = "influencer"
    USER = "user"
    GATEKEEPER = "gatekeeper"


@dataclass(eq=False, kw_only=True)
class ContactNotFound(Refusal):
    """There is no such contact, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "CONTACT_NOT_FOUND"

    contact: str


@dataclass(eq=False, kw_only=True)
class ContactArchived(Refusal):
    """The contact is archived and has to be brought back first."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTACT_ARCHIVED"

    contact: str


@dataclass(eq=False, kw_only=True)
class ContactNotArchived(Refusal):
    """The contact is live; there is nothing to bring back."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTACT_NOT_ARCHIVED"

    contact: str


@dataclass(eq=False, kw_only=True)
class BirthDateInvalid(InvalidField):
    """Nobody is born in the future."""

    reason = "BIRTH_DATE_INVALID"

    field: str = "contact.birth_date"


@dataclass(frozen=True, slots=True)
class ContactCreated:
    """A person of a customer became known."""


@dataclass(frozen=True, slots=True)
class ContactUpdated:
    """Facts of a contact changed."""

    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactAssigned:
    """The account got another owner, and the contact with it."""


@dataclass(frozen=True, slots=True)
class ContactDeleted:
    """A contact was archived."""


@dataclass(frozen=True, slots=True)
class ContactUndeleted:
    """A contact came back from the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """What is known of a person, as entered."""

    display_name: str
    job_title: str = ""
    phone: str = ""
    email: str = ""
    wechat: str = ""
    decision_role: DecisionRole = DecisionRole.UNSPECIFIED
    birth_date: date | None = None
    interests: tuple[str, ...] = ()
    preferences: str = ""
    note: str = ""

    def is_same_as(self, other: "ContactFacts") -> bool:
        """Whether two descriptions of people of one customer are one person.

        A mobile, a number with its extension or a mailbox is one person's; who shares a switchboard goes by the name.
        """
        mine, theirs = phone(self.phone), phone(other.phone)
        if _is_personal(mine) and _is_personal(theirs):
            return (mine.e164, mine.extension) == (theirs.e164, theirs.extension)
        if self.email and other.email:
            return bool(email(self.email).canonical == email(other.email).canonical)
        return "".join(self.display_name.split()) == "".join(other.display_name.split())

    def filled_by(self, other: "ContactFacts") -> "ContactFacts":
        """The facts with what another description of the person knows and this one does not."""
        empty = {name: getattr(other, name) for name in _FILLED if not getattr(self, name)}
        return replace(self, **empty)

    def check_birth(self, *, today: date) -> None:
        """Nobody is born tomorrow; raises BirthDateInvalid."""
        if self.birth_date is not None and self.birth_date > today:
            raise BirthDateInvalid


_FILLED = ("job_title", "phone", "email", "wechat")


def _is_personal(number: Phone) -> bool:
    return bool(number.e164) and (number.line is Line.MOBILE or bool(number.extension))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactKeys:
    """What a contact is found and sorted by: the phone in E.164, the mailbox in canonical form, the pinyin."""

    phone: str = ""
    email: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person of a customer (联系人); whoever sees the account sees the person."""

    uuid: UUID
    version: int = 0
    account: UUID
    ownership: Ownership
    facts: ContactFacts
    keys: ContactKeys = ContactKeys()
    create_time: datetime
    update_time: datetime
    delete_time: datetime | None = None

    @property
    def name(self) -> str:
        """The resource name, "contacts/{uuid}"."""
        return f"contacts/{self.uuid}"

    def must_live(self) -> None:
        """Pass for a live contact; raises ContactArchived."""
        if self.delete_time is not None:
            raise ContactArchived(contact=self.name)

    def updated(self, *, facts: ContactFacts, keys: ContactKeys, now: datetime) -> Change["Contact"]:
        """Change what is known; nothing changed is no event. Raises ContactArchived."""
        self.must_live()
        changed = changed_fields(self.facts, facts)
        if not changed:
            return Change(self, ())
        return Change(replace(self, facts=facts, keys=keys, update_time=now), (ContactUpdated(changed),))

    def assigned(self, ownership: Ownership, *, now: datetime) -> Change["Contact"]:
        """Follow the account to its new owner, archived ones too: who brings one back is then the right one."""
        return Change(replace(self, ownership=ownership, update_time=now), (ContactAssigned(),))

    def archived(self, *, now: datetime) -> Change["Contact"]:
        """Put it away; raises ContactArchived where it is already."""
        self.must_live()
        return Change(replace(self, delete_time=now, update_time=now), (ContactDeleted(),))

    def brought_back(self, *, now: datetime) -> Change["Contact"]:
        """Bring it back; raises ContactNotArchived."""
        if self.delete_time is None:
            raise ContactNotArchived(contact=self.name)
        return Change(replace(self, delete_time=None, update_time=now), (ContactUndeleted(),))


def create_contact(
    *, uuid: UUID, account: UUID, ownership: Ownership, facts: ContactFacts, keys: ContactKeys, now: datetime
) -> Change[Contact]:
    """Take a person in, in the hands of whoever looks after the account."""
    contact = Contact(
        uuid=uuid, account=account, ownership=ownership, facts=facts, keys=keys, create_time=now, update_time=now
    )
    return Change(contact, (ContactCreated(),))
