"""What is kept held against what was told: each row stands at the version of its last event, no event lacks a row (G4).

The tables are found in the code, so that a new one is looked at from its first day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from chassis.parts import ServiceDefinition
from deploy.local.stack import SERVICES, Stack
from tests.faults.load import rows

# A merge is told by the events of its leads; its version is that of the survivor.
OF_OTHERS = frozenset({"lead_merges"})
COPY = "known_"  # what a service keeps of another's aggregates; their owner tells of them
# The only aggregates whose rows go: sessions, three months after their end.
TOLD = (
    "select aggregate_type, aggregate_id, max(version), "
    "aggregate_type = 'session' and max(occurred) < now() - interval '90 days' from "
    "(select aggregate_type, aggregate_id, version, occurred from outbox union all "
    "select aggregate_type, aggregate_id, version, occurred from event_log) told group by 1, 2"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """At which version an aggregate stands in a table, or by its events; one that may be `gone` needs no row."""

    place: str
    uuid: UUID
    version: int
    gone: bool = False


def kept_tables(service: str) -> list[str]:
    """The tables of a service whose rows are aggregates of its own: they have an identity and a version."""
    return [name for name in _versioned(service) if not name.startswith(COPY) and name not in OF_OTHERS]


def copied_tables(service: str) -> list[str]:
    """The tables of a service whose rows are aggregates of another, at the version that was heard of."""
    return [name for name in _versioned(service) if name.startswith(COPY)]


def _versioned(service: str) -> list[str]:
    definition: ServiceDefinition = import_module(f"services.{service}.__main__").DEFINITION
    tables = definition.tables.sorted_tables
    return sorted(each.name for each in tables if each.primary_key.columns.keys() == ["uuid"] and "version" in each.c)


async def differing_from_events(stack: Stack) -> list[str]:
    """Every aggregate of every service whose rows and events do not agree, with both sides."""
    found: list[str] = []
    for service in SERVICES:
        told = [Standing(*row) for row in await rows(stack, service, TOLD)]
        found += [f"{service}: {each}" for each in disagreements(await kept(stack, service), told)]
    return found


async def kept(stack: Stack, service: str) -> list[Standing]:
    """Every row of a service that is an aggregate."""
    each = [f"select '{table}', uuid, version from {table}" for table in kept_tables(service)]  # noqa: S608 - our own names
    return [Standing(*row) for row in await rows(stack, service, " union all ".join(each))]


# A model is learnt from fifty records that lived for days or months: nothing of minutes has one.
OF_MONTHS = {"leads: intent_models", "pipeline: win_models"}
# Who is in a programme is proved by mails that are sent (test_mailing); a case takes two members and one customer.
OF_OTHER_PROOFS = {"leads: lead_nurturings", "pipeline: collision_cases"}


async def empty_tables(stack: Stack) -> list[str]:
    """The tables of aggregates without a row, of those that minutes can fill: of them nothing is proved."""
    found: list[str] = []
    for service in SERVICES:
        filled = {each.place for each in await kept(stack, service)}
        found += [f"{service}: {table}" for table in kept_tables(service) if table not in filled]
    return sorted({*found} - OF_MONTHS - OF_OTHER_PROOFS)


def disagreements(kept: Iterable[Standing], told: Iterable[Standing]) -> list[str]:
    """One line for each aggregate that is kept at a version that was not told, told at one not kept, or either alone.

    A member and his password bear one id: what bears it is compared together.
    """
    rows, events = _by_id(kept), _by_id(told)
    return [
        f"{uuid} is kept as {_written(rows[uuid])} and was told as {_written(events[uuid])}"
        for uuid in sorted({*rows, *events})
        if not _agree(rows[uuid], events[uuid])
    ]


def _by_id(standings: Iterable[Standing]) -> Mapping[UUID, list[Standing]]:
    found: defaultdict[UUID, list[Standing]] = defaultdict(list)
    for each in standings:
        found[each.uuid].append(each)
    return found


def _agree(rows: list[Standing], events: list[Standing]) -> bool:
    if not rows and all(each.gone for each in events):
        return True
    return sorted(each.version for each in rows) == sorted(each.version for each in events)


def _written(standings: list[Standing]) -> str:
    return ", ".join(f"{each.place} at {each.version}" for each in standings) or "nothing"
