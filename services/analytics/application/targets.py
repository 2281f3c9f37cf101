"""Setting targets (A-05); how far they have come is in `progress`."""

from collections.abc import Callable
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.organization import Snapshot
from chassis.reach import grounds
from chassis.work import Read, UnitOfWork
from kernel.errors import NotAllowed, StaleVersion
from services.analytics.domain.targets import Kpi, Subject, Target, TargetSubjectUnknown, Value, set_target
from services.analytics.storage import targets
from services.analytics.storage.targets import TARGET_RECORD

ADMINISTRATION = "analytics.admin"


def subject_of(name: str, organization: Snapshot) -> Subject:
    """Whose target it is, by the resource's name; nothing is the company.

    Raises TargetSubjectUnknown, also for whoever left and for what is archived.
    """
    collection, _, identity = name.partition("/")
    uuid = UUID(identity) if identity else None
    if uuid is None:
        return Subject()
    if collection == "members" and (member := organization.members.get(uuid)) and member.active:
        return Subject(name=name, owner=uuid, team=member.team, region=organization.region_of(member))
    if collection == "teams" and (team := organization.teams.get(uuid)) and not team.archived:
        return Subject(name=name, team=uuid, region=organization.region_of_team(uuid))
    if collection == "regions" and (region := organization.regions.get(uuid)) and not region.archived:
        return Subject(name=name, region=uuid)
    raise TargetSubjectUnknown(subject=name)


async def create_target(
    work: UnitOfWork, *, year: int, kpi: Kpi, subject: Subject, value: Value, month_percents: tuple[int, ...]
) -> Target:
    """A target is set for a year; of each kind one for everybody.

    Raises NotAllowed beyond the reach of the caller's permission, TargetValueWrong, TargetSeasonsWrong.
    """
    reach = grounds(work.principal, ADMINISTRATION, owner=subject.owner, team=subject.team, region=subject.region)
    if reach is None:
        raise NotAllowed(permission=ADMINISTRATION)
    change = set_target(
        uuid=work.new_id(),
        year=year,
        kpi=kpi,
        subject=subject,
        value=value,
        month_percents=month_percents,
        now=work.now,
    )
    return work.save(TARGET_RECORD, change)


async def update_target(
    work: UnitOfWork, *, uuid: UUID, seen: int, value: Callable[[Target], Value], month_percents: tuple[int, ...] | None
) -> Target:
    """A target is set anew, also in the middle of its year. Raises TargetNotFound, StaleVersion, TargetValueWrong."""
    target = await targets.get_target(work, uuid, permission=ADMINISTRATION)
    if target.version != seen:
        raise StaleVersion(resource=f"targets/{uuid}")
    change = target.changed(
        value=value(target),
        month_percents=target.month_percents if month_percents is None else month_percents,
        now=work.now,
    )
    return work.save(TARGET_RECORD, change) if change.events else target


async def get_target(read: Read, *, uuid: UUID) -> Target:
    """A target shows itself to whom it is about, and to those above. Raises TargetNotFound."""
    return await targets.get_target(read, uuid)


async def list_targets(read: Read, *, wanted: PageRequest) -> Page[Target]:
    """Targets are listed, the newest first."""
    return await targets.list_targets(read, wanted)
