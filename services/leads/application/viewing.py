"""Saved views (视图) of the list of leads: each somebody's own, shared with a team or with all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.exports import choose_columns
from chassis.listing import Page, PageRequest
from chassis.principal import Scope
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, StaleVersion
from services.leads.application.capture import WRITE
from services.leads.application.erasing import ADMIN
from services.leads.application.intake import IntakeDesk
from services.leads.domain.exporting import COLUMNS, CUSTOM
from services.leads.domain.lead_views import (
    LeadView,
    LeadViewWithoutTeam,
    Sharing,
    ViewContent,
    check_owner,
    create_view,
)
from services.leads.storage import lead_views as views
from services.leads.storage.lead_listing import check_list
from services.leads.storage.lead_views import RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A view, and whether the caller's list opens with it."""

    view: LeadView
    is_default: bool


async def keep_view(work: UnitOfWork, *, content: ViewContent) -> ShownView:
    """Whoever reads leads keeps a view; it is understood before it is kept.

    It is shared with a team by who may change the leads of one, and with all by who administers leads. Raises
    FilterInvalid, OrderInvalid, ExportColumnUnknown, ExportColumnTwice, NotAllowed, LeadViewWithoutTeam.
    """
    who = work.principal
    change = create_view(
        uuid=work.new_id(),
        owner=who.subject,
        owner_name=who.display_name or who.subject,
        content=_checked(work, content, before=None),
        now=work.now,
    )
    return ShownView(view=work.save(RECORD, change), is_default=False)


async def change_view(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[ViewContent], ViewContent], desk: IntakeDesk
) -> ShownView:
    """The owner shows something else by his view, or shares it otherwise.

    Raises what keeping one raises, and LeadViewNotFound, LeadViewOfSomebodyElse, StaleVersion.
    """
    view = await _own(work, uuid, seen=seen, desk=desk)
    change = view.changed(_checked(work, edit(view.content), before=view.content), now=work.now)
    return await _shown(work, work.save(RECORD, change) if change.events else view)


async def drop_view(work: UnitOfWork, *, uuid: UUID, seen: int | None, desk: IntakeDesk) -> ShownView:
    """The owner takes his view from everybody's lists; whoever's list opened with it opens as usual.

    Raises LeadViewNotFound, LeadViewOfSomebodyElse, StaleVersion.
    """
    view = await _own(work, uuid, seen=seen, desk=desk)
    return ShownView(view=work.save(RECORD, view.deleted(now=work.now)), is_default=False)


async def open_with(work: UnitOfWork, *, uuid: UUID, desk: IntakeDesk) -> ShownView:
    """The caller's list opens with a view he sees from now on. Raises LeadViewNotFound."""
    view = await views.get_view(work, uuid, teams=await _teams(work, desk))
    await views.keep_default(work, view.uuid)
    return ShownView(view=view, is_default=True)


async def open_as_usual(work: UnitOfWork) -> None:
    """The caller's list opens with no view any more."""
    await views.keep_default(work, None)


async def get_view(read: Read, *, uuid: UUID, desk: IntakeDesk) -> ShownView:
    """A view shows itself to its owner and to those it is shared with. Raises LeadViewNotFound."""
    return await _shown(read, await views.get_view(read, uuid, teams=await _teams(read, desk)))


async def list_views(read: Read, *, wanted: PageRequest, desk: IntakeDesk) -> Page[ShownView]:
    """The caller's own views and those shared with him, by name."""
    page = await views.list_page(read, wanted, teams=await _teams(read, desk))
    default = await views.default_of(read)
    return page.of([ShownView(view=view, is_default=view.uuid == default) for view in page.items])


async def _own(work: UnitOfWork, uuid: UUID, *, seen: int | None, desk: IntakeDesk) -> LeadView:
    view = await views.get_view(work, uuid, teams=await _teams(work, desk))
    check_owner(view, caller=work.principal.subject)
    if seen is not None and view.version != seen:
        raise StaleVersion(resource=view.name)
    return view


async def _shown(read: Read, view: LeadView) -> ShownView:
    return ShownView(view=view, is_default=await views.default_of(read) == view.uuid)


async def _teams(read: Read, desk: IntakeDesk) -> Collection[UUID]:
    """The caller's team and those above it: what is shared with them is shared with him."""
    team = read.principal.team
    known = (await desk.brief(read)).organization.teams.get(team) if team else None
    return known.path if known else {team} if team else ()


def _checked(work: UnitOfWork, content: ViewContent, *, before: ViewContent | None) -> ViewContent:
    """What the list understands, shared as far as the caller may; how it was shared before it stays."""
    check_list(condition=content.filter, order_by=content.order_by)
    choose_columns(content.columns, usual=(), known=frozenset(COLUMNS), custom=CUSTOM)
    if before is not None and content.sharing is before.sharing:
        return content
    if content.sharing is Sharing.ALL:
        work.principal.must(ADMIN)
    if content.sharing is not Sharing.TEAM:
        return replace(content, team=None)
    reach = work.principal.scope_of(WRITE)
    if reach is None or reach < Scope.TEAM:
        raise NotAllowed(permission=WRITE)
    if work.principal.team is None:
        raise LeadViewWithoutTeam
    return replace(content, team=work.principal.team)
