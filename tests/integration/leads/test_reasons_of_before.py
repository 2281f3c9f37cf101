"""Reasons that the release before wrote: they too keep from readers what they may not see."""

from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from services.leads.__main__ import DEFINITION
from services.leads.storage.leads import RECORD
from services.leads.storage.tables import LEADS
from tests.unit.leads import builders
from trade.reasons import Reason

HOLDS = Reason("GRADE_RULE_HOLDS", {"rule": "预算十万以上", "code": "X", "grade": "B"})
BUDGET = Reason("GRADE_FACT_BUDGET_KNOWN", {"value": "true"})
DEMO = Reason("GRADE_FACT_DEMO_NEVER")
BROKEN = Reason("GRADE_RULE_NOT_EVALUABLE", {"rule": "字段"})
NONE = Reason("GRADE_NO_RULE_HOLDS", {"grade": "D"})


def marked(reason: Reason) -> Reason:
    return Reason(reason.code, {**reason.parameters, "about": "budget"})


async def test_rules_that_spoke_of_the_budget_are_marked_and_no_others(empty_database: str) -> None:
    before = [(HOLDS, DEMO, BUDGET), (HOLDS, DEMO), (NONE, BROKEN), (NONE,), ()]
    roles = DatabaseRoles(owner_url=empty_database, application_url=empty_database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0018")
    engine = create_async_engine(empty_database)
    response = {"response", "response_due", "first_response_time", "response_next", "answer_by"}
    later = {"qualification", "merged_into", "merge", *response}
    later |= {"pool", "recycling", "recycle_due", "recycle_next"}
    row = {name: value for name, value in RECORD.row(builders.a_lead()).items() if name not in later}
    rows = [
        {**row, "uuid": UUID(int=place), "version": 1, "grade_reasons": [each.to_mapping() for each in reasons]}
        for place, reasons in enumerate(before)
    ]
    async with engine.begin() as connection:
        await connection.execute(insert(LEADS), rows)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.begin() as connection:
        after = list(await connection.scalars(select(LEADS.c.grade_reasons).order_by(LEADS.c.uuid)))
    await engine.dispose()
    wanted = [(marked(HOLDS), DEMO, BUDGET), (HOLDS, DEMO), (NONE, marked(BROKEN)), (NONE,), ()]
    assert after == [[each.to_mapping() for each in reasons] for reasons in wanted]
