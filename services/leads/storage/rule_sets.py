"""Rule sets in their tables: the one in force, and every one that was."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, func, select

from chassis.work import Read, Record, UnitOfWork
from services.leads.domain.rule_sets import RuleKind, RuleSet
from services.leads.storage.tables import CAMPAIGNS, CHANNELS, RULE_SET_VERSIONS, RULE_SETS


def to_row(rules: RuleSet) -> Mapping[str, object]:
    """The columns of a rule set."""
    return {
        "uuid": rules.uuid,
        "kind": rules.kind.value,
        "body": dict(rules.body),
        "author": rules.author,
        "update_time": rules.update_time,
    }


RECORD: Record[RuleSet] = Record(kind="lead_rule_set", collection="leadRuleSets", table=RULE_SETS, row=to_row)


def from_row(row: RowMapping) -> RuleSet:
    """The rule set in a row."""
    return RuleSet(
        kind=RuleKind(row["kind"]),
        version=row["version"],
        body=row["body"],
        author=row["author"],
        update_time=row["update_time"],
    )


async def stored_rule_sets(read: Read) -> Mapping[RuleKind, RuleSet]:
    """The rule sets administrators wrote; those never edited are missing."""
    rows = (await read.connection.execute(select(RULE_SETS))).mappings()
    return {RuleKind(row["kind"]): from_row(row) for row in rows}


def keep_version(work: UnitOfWork, rules: RuleSet) -> None:
    """Gather the version for the shelf: decisions name it, so it stays readable."""
    work.insert(
        RULE_SET_VERSIONS,
        {
            "kind": rules.kind.value,
            "version": rules.version,
            "body": dict(rules.body),
            "author": rules.author,
            "active_from": work.now,
        },
    )


async def settings_stamp(read: Read) -> int:
    """Grows with every change of rules, channels and campaigns: versions only grow and no row is deleted."""
    tables: tuple[Any, ...] = (RULE_SETS, CHANNELS, CAMPAIGNS)
    sums = [select(func.coalesce(func.sum(table.c.version), 0)).scalar_subquery() for table in tables]
    row = (await read.connection.execute(select(*sums))).one()
    return sum(int(each) for each in row)
