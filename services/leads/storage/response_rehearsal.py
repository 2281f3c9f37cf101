"""Counting the leads nobody answered, for rules that are tried out."""

from collections.abc import Collection, Mapping
from uuid import UUID

import orjson
from sqlalchemy import text

from chassis.work import Read
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.response import ResponseStep
from services.leads.domain.response_rehearsal import Threshold

# How many came to which step, by the letter of the grade.
Steps = Mapping[tuple[str, ResponseStep], int]

_STATES = ", ".join(f"'{state.value}'" for state in OPEN_STATES)
_UNANSWERED = f"from leads l where l.response is not null and l.first_response_time is null and l.state in ({_STATES})"
_RUNNING = text(f"select l.grade, l.team, count(*) as number {_UNANSWERED} group by l.grade, l.team")
_REACHED = text(
    "select w.grade, w.step, count(*) as number "  # noqa: S608 - our own names
    "from jsonb_to_recordset(cast(:thresholds as jsonb)) as w(grade text, team uuid, step text, since timestamptz) "
    f"join (select l.grade, l.team, cast(l.response ->> 'since' as timestamptz) as since {_UNANSWERED}) c "
    "on c.grade = w.grade and c.team is not distinct from w.team and c.since <= w.since group by w.grade, w.step"
)


async def count_running(read: Read) -> Mapping[tuple[str, UUID | None], int]:
    """How many leads there are whose clock runs, by the letter of their grade and their team."""
    return {(row.grade, row.team): row.number for row in await read.connection.execute(_RUNNING)}


async def count_reached(read: Read, thresholds: Collection[Threshold]) -> Steps:
    """How many of them came to which step."""
    rows = [
        {"grade": each.grade, "team": each.team, "step": each.step.value, "since": each.since} for each in thresholds
    ]
    found = await read.connection.execute(_REACHED, {"thresholds": orjson.dumps(rows, default=str).decode()})
    return {(row.grade, ResponseStep(row.step)): row.number for row in found}
