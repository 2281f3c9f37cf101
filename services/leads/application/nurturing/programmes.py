"""Keeping content programmes (培育计划)."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from kernel.events import Change
from services.leads.domain.nurturing.programme import Content, Programme, make_programme
from services.leads.storage import nurturing_programmes
from services.leads.storage.nurturing_programmes import PROGRAMME_RECORD, keep_content
from services.leads.storage.nurturing_segments import check_segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What people say of a programme."""

    display_name: str
    content: Content


async def create_programme(work: UnitOfWork, *, draft: Draft) -> Programme:
    """A programme is made; its segment and its texts hold, and nothing is mailed before it is activated.

    Raises FilterInvalid and what the content is refused for.
    """
    check_segment(draft.content.segment)
    change = make_programme(uuid=work.new_id(), display_name=draft.display_name, content=draft.content, now=work.now)
    keep_content(work, change.aggregate)
    return work.save(PROGRAMME_RECORD, change)


async def get_programme(read: Read, *, uuid: UUID) -> Programme:
    """A programme shows itself to everybody who works with leads. Raises NurturingProgrammeNotFound."""
    return await nurturing_programmes.get_programme(read, uuid)


async def list_programmes(read: Read, *, wanted: PageRequest) -> Page[Programme]:
    """Programmes are listed by name."""
    return await nurturing_programmes.list_programmes(read, wanted)


async def update_programme(work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[Draft], Draft]) -> Programme:
    """A programme is called otherwise or gets another content, which is a version of its own.

    Whoever is under way goes on by the version he entered by. Raises NurturingProgrammeNotFound, StaleVersion,
    FilterInvalid, NurturingProgrammeEmpty and what the content is refused for.
    """
    programme = await _seen(work, uuid, seen)
    draft = edit(Draft(display_name=programme.display_name, content=programme.content))
    check_segment(draft.content.segment)
    change = programme.changed(display_name=draft.display_name, content=draft.content, now=work.now)
    if change.aggregate.content_version != programme.content_version:
        keep_content(work, change.aggregate)
    return _saved(work, change)


async def activate_programme(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Programme:
    """A programme runs from now on; one that runs already goes on.

    Raises NurturingProgrammeNotFound, StaleVersion and NurturingProgrammeEmpty.
    """
    return _saved(work, (await _seen(work, uuid, seen)).activated(now=work.now))


async def pause_programme(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Programme:
    """A programme stands still: nobody enters, whoever is under way waits.

    Raises NurturingProgrammeNotFound and StaleVersion.
    """
    return _saved(work, (await _seen(work, uuid, seen)).paused(now=work.now))


async def _seen(work: UnitOfWork, uuid: UUID, seen: int | None) -> Programme:
    programme = await nurturing_programmes.get_programme(work, uuid)
    if seen is not None and programme.version != seen:
        raise StaleVersion(resource=programme.name)
    return programme


def _saved(work: UnitOfWork, change: Change[Programme]) -> Programme:
    return work.save(PROGRAMME_RECORD, change) if change.events else change.aggregate
