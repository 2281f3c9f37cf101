"""What is kept of a lead's person beside the lead itself."""

from uuid import UUID

import orjson
from sqlalchemy import delete, select, text

from chassis.imports.lifecycle import ImportState
from chassis.imports.tables import import_files, import_rows, imports
from chassis.work import UnitOfWork
from services.leads.domain.erasing import without_person
from services.leads.domain.handing_over import IN_WORDS
from services.leads.storage.account_candidates import forget_common
from services.leads.storage.behaviours import forget_behaviours
from services.leads.storage.bulk_changes import forget_bulk_words
from services.leads.storage.companies import forget_company
from services.leads.storage.first_contacts import forget_keys
from services.leads.storage.follow_ups import forget_words
from services.leads.storage.leads import facts_to_row
from services.leads.storage.pools import MOVES
from services.leads.storage.touches import every_touch

# What others were found to have in common with the lead may name its words.
_FORGET_PAIRS = text("update duplicate_candidates set reasons = '[]' where lead = :lead or other = :lead")
# What others wrote about a grade, and the facts it speaks of.
_FORGET_GRADES = text("update grade_changes set reasons = '[]' where lead = :lead")
# What somebody wrote when he gave it to another; the other reasons stay.
_FORGET_WORDS = text(
    "update assignments set reasons = (select coalesce(jsonb_agg(told order by place), '[]') "
    "from jsonb_array_elements(reasons) with ordinality as each (told, place) where told ->> 0 <> :in_words) "
    "where lead = :lead and reasons @> cast(:words as jsonb)"
)
_RETELL = text("update touches set told = cast(:told as jsonb) where uuid = :uuid")


async def running_import_of(work: UnitOfWork, lead: UUID) -> UUID | None:
    """An import that still runs and has a row about the lead."""
    statement = (
        select(imports.c.uuid)
        .join(import_rows, import_rows.c["import"] == imports.c.uuid)
        .where(import_rows.c.record == lead, imports.c.state == ImportState.RUNNING.value)
        .limit(1)
    )
    found: UUID | None = await work.connection.scalar(statement)
    return found


async def forget_person(work: UnitOfWork, lead: UUID, *, keys: frozenset[str]) -> None:
    """Erase what was told at further contacts, what was done, the files that named the person, and his latest keys."""
    await work.begin()
    named = select(import_rows.c["import"]).where(import_rows.c.record == lead)
    await work.connection.execute(delete(import_files).where(import_files.c["import"].in_(named)))
    await work.connection.execute(_FORGET_PAIRS, {"lead": lead})
    await work.connection.execute(_FORGET_GRADES, {"lead": lead})
    await work.connection.execute(
        _FORGET_WORDS, {"lead": lead, "in_words": IN_WORDS, "words": orjson.dumps([[IN_WORDS]]).decode()}
    )
    for touch in await every_touch(work, lead):
        told = orjson.dumps(facts_to_row(without_person(touch.told)), default=str).decode()
        await work.connection.execute(_RETELL, {"uuid": touch.uuid, "told": told})
    await forget_behaviours(work, lead)
    await forget_company(work, lead)
    await forget_common(work, lead)
    await forget_words(work, lead)
    await MOVES.forget_reasons(work, lead)
    await forget_bulk_words(work, lead)
    await forget_keys(work, keys)
