"""Regions (大区): the parts the enterprise divides its market into."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.directory.domain.changes import changed_fields
from services.directory.domain.refusals import NotDeleted


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDetails:
    """What an administrator says of a region."""

    display_name: str
    provinces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the market with the provinces it covers (大区)."""

    uuid: UUID
    version: int = 0
    details: RegionDetails
    archived: bool = False
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The resource name."""
        return f"regions/{self.uuid}"

    def update(self, *, details: RegionDetails, now: datetime) -> Change["Region"]:
        """Take over what is said of the region now; nothing happens when nothing differs."""
        changed = changed_fields(self.details, details)
        if not changed:
            return Change(self, ())
        return Change(replace(self, details=details, updated_at=now), (RegionUpdated(changed=changed),))

    def archive(self, *, now: datetime) -> Change["Region"]:
        """Take the region out of use."""
        return Change(replace(self, archived=True, updated_at=now), (RegionDeleted(),))

    def undelete(self, *, now: datetime) -> Change["Region"]:
        """Bring the region back; raises NotDeleted."""
        if not self.archived:
            raise NotDeleted(resource=self.name)
        return Change(replace(self, archived=False, updated_at=now), (RegionUndeleted(),))


def add_region(*, uuid: UUID, details: RegionDetails, now: datetime) -> Change[Region]:
    """A new region."""
    return Change(Region(uuid=uuid, details=details, created_at=now, updated_at=now), (RegionCreated(),))


@dataclass(frozen=True, slots=True)
class RegionCreated:
    """A region was added."""


@dataclass(frozen=True, slots=True)
class RegionUpdated:
    """Fields of a region changed."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionDeleted:
    """A region was archived."""


@dataclass(frozen=True, slots=True)
class RegionUndeleted:
    """A region came back from the archive."""


@dataclass(eq=False, kw_only=True)
class RegionNameTaken(Refusal):
    """Another region has the same name."""

    kind = Kind.ALREADY_EXISTS
    reason = "REGION_NAME_TAKEN"

    display_name: str


@dataclass(eq=False, kw_only=True)
class ProvinceTaken(Refusal):
    """Another region covers the province; a lead would belong to two."""

    kind = Kind.RULE_VIOLATION
    reason = "PROVINCE_TAKEN"

    province: str
    region: str


@dataclass(eq=False, kw_only=True)
class RegionInUse(Refusal):
    """Teams or members still work in the region."""

    kind = Kind.RULE_VIOLATION
    reason = "REGION_IN_USE"

    region: str
