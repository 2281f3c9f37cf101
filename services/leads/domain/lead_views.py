"""Saved views (视图) of the list of leads: what is shown, in which order and columns, kept under a name."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change


class Sharing(Enum):
    """Who sees a view beside its owner."""

    PRIVATE = "private"
    # The owner's team when it was shared, and the teams below.
    TEAM = "team"
    ALL = "all"


@dataclass(eq=False, kw_only=True)
class LeadViewNotFound(Refusal):
    """There is no such view, or nobody has shared it with the caller."""

    kind = Kind.NOT_FOUND
    reason = "LEAD_VIEW_NOT_FOUND"

    view: str


@dataclass(eq=False, kw_only=True)
class LeadViewOfSomebodyElse(Refusal):
    """The view is shared with the caller to be used; only its owner changes it."""

    kind = Kind.NOT_ALLOWED
    reason = "LEAD_VIEW_OF_SOMEBODY_ELSE"

    owner: str


@dataclass(eq=False, kw_only=True)
class LeadViewWithoutTeam(Refusal):
    """Whoever belongs to no team has none to share with."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_VIEW_WITHOUT_TEAM"


@dataclass(frozen=True, slots=True)
class LeadViewCreated:
    """Somebody kept a view."""


@dataclass(frozen=True, slots=True)
class LeadViewUpdated:
    """A view changed."""


@dataclass(frozen=True, slots=True)
class LeadViewDeleted:
    """A view is not wanted any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewContent:
    """What a view shows: filter, order and columns in the words of the list, and with whom it is shared.

    Without an order or columns it has the usual ones. `team` is the one it is shared with; None unless it is.
    """

    display_name: str
    filter: str = ""
    order_by: str = ""
    columns: tuple[str, ...] = ()
    sharing: Sharing = Sharing.PRIVATE
    team: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A view of the list of leads, kept by its owner ("members/…")."""

    uuid: UUID
    version: int = 0
    owner: str
    owner_name: str
    content: ViewContent
    create_time: datetime
    update_time: datetime
    delete_time: datetime | None = None

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"leadViews/{self.uuid}"

    def changed(self, content: ViewContent, *, now: datetime) -> Change["LeadView"]:
        """Show something else, or share it otherwise; nothing changed is no event."""
        if content == self.content:
            return Change(self, ())
        return Change(replace(self, content=content, update_time=now), (LeadViewUpdated(),))

    def deleted(self, *, now: datetime) -> Change["LeadView"]:
        """Take it from everybody's lists."""
        return Change(replace(self, delete_time=now, update_time=now), (LeadViewDeleted(),))


def create_view(*, uuid: UUID, owner: str, owner_name: str, content: ViewContent, now: datetime) -> Change[LeadView]:
    """Keep a view."""
    view = LeadView(uuid=uuid, owner=owner, owner_name=owner_name, content=content, create_time=now, update_time=now)
    return Change(view, (LeadViewCreated(),))


def check_owner(view: LeadView, *, caller: str) -> None:
    """Pass for the owner; raises LeadViewOfSomebodyElse."""
    if view.owner != caller:
        raise LeadViewOfSomebodyElse(owner=view.owner_name)
