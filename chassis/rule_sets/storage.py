"""Rule sets in their tables: the one in force, and every one that was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Table, func, select

from chassis.rule_sets.rule_set import RuleKind, RuleSet, shipped
from chassis.work import Read, Record, UnitOfWork
from kernel.errors import NotFound, StaleVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSets:
    """Where a service keeps its rules: what is in force, its versions, the collection, and the kinds there are.

    `noun` is what an event calls the set.
    """

    table: Table
    versions: Table
    collection: str
    kinds: Sequence[RuleKind[Any]]
    noun: str = "rule_set"

    @property
    def record(self) -> Record[RuleSet]:
        """How a rule set lies in the table."""
        return Record(kind=self.noun, collection=self.collection, table=self.table, row=_to_row)

    def kind(self, key: str) -> RuleKind[Any]:
        """The kind of a key; raises NotFound."""
        found = next((kind for kind in self.kinds if kind.key == key), None)
        if found is None:
            raise NotFound(resource=f"{self.collection}/{key}")
        return found


async def stored_rule_sets(read: Read, rule_sets: RuleSets) -> Mapping[str, RuleSet]:
    """Every rule set in force, by kind: what administrators wrote last, else what the product ships with."""
    rows = (await read.connection.execute(select(rule_sets.table))).mappings()
    written = {row["kind"]: _from_row(row) for row in rows}
    return {
        kind.key: written.get(kind.key) or shipped(kind, collection=rule_sets.collection) for kind in rule_sets.kinds
    }


async def stored_stamp(read: Read, rule_sets: RuleSets) -> int:
    """Grows with every change: versions only grow and no row is deleted."""
    return int(await read.connection.scalar(select(func.coalesce(func.sum(rule_sets.table.c.version), 0))) or 0)


async def update_rule_set(
    work: UnitOfWork, rule_sets: RuleSets, *, key: str, seen: int, body: Mapping[str, object]
) -> RuleSet:
    """New rules come into force when they can be read; old versions stay readable.

    Raises NotFound, StaleVersion, and RuleBodyInvalid that names the wrong place.
    """
    kind = rule_sets.kind(key)
    rules = (await stored_rule_sets(work, rule_sets))[key]
    if rules.version != seen:
        raise StaleVersion(resource=f"{rule_sets.collection}/{key}")
    kind.check(body, before=rules.body)
    saved = work.save(rule_sets.record, rules.rewritten(body=body, author=work.principal.subject, now=work.now))
    version = {"kind": key, "version": saved.version, "body": dict(body), "author": saved.author}
    work.insert(rule_sets.versions, {**version, "active_from": work.now})
    return saved


def _to_row(rules: RuleSet) -> Mapping[str, object]:
    return {
        "uuid": rules.uuid,
        "kind": rules.kind,
        "body": dict(rules.body),
        "author": rules.author,
        "update_time": rules.update_time,
    }


def _from_row(row: RowMapping) -> RuleSet:
    return RuleSet(
        uuid=row["uuid"],
        kind=row["kind"],
        version=row["version"],
        body=row["body"],
        author=row["author"],
        update_time=row["update_time"],
    )
