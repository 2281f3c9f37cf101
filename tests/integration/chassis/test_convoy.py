"""Writes that arrive at the same moment are made together, and each is answered as if it had come alone."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.tables import audit, outbox, requests
from chassis.work import Convoy, Store, UnitOfWork
from kernel.errors import DeadlinePassed, NotFound, Refusal
from tests.support.sample import Note, notes, write_note

Calls = Callable[..., Call]
BO = Principal(subject="members/01890000-0000-7000-8000-000000000002", grants={"leads.write": Scope.ALL})


class Travels:
    """The use case of the tests, which remembers how many it was asked for at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def alone(self, work: UnitOfWork, text: str) -> Note:
        self.sizes.append(1)
        return await self._write(work, text)

    async def together(self, units: Sequence[UnitOfWork], texts: Sequence[str]) -> list[Note | Refusal]:
        self.sizes.append(len(texts))
        outcomes: list[Note | Refusal] = []
        for work, text in zip(units, texts, strict=True):
            try:
                outcomes.append(await self._write(work, text))
            except Refusal as refusal:
                outcomes.append(refusal)
        return outcomes

    async def _write(self, work: UnitOfWork, text: str) -> Note:
        if text == "unwelcome":
            raise NotFound(resource="notes/unwelcome")
        if text == "defect":
            raise ZeroDivisionError
        return await write_note(work, text=text)


@pytest.fixture
def travels() -> Travels:
    return Travels()


@pytest.fixture
def convoy(store: Store, travels: Travels) -> Convoy[str, Note]:
    return Convoy(store, alone=travels.alone, together=travels.together)


async def write(convoy: Convoy[str, Note], call: Call, text: str, request_id: str = "") -> Lead:
    request = CreateLeadRequest(lead=Lead(need=text), request_id=request_id)
    written: Lead = await convoy.write(call, request, text, answer=lambda note: Lead(need=note.text))
    return written


async def count(engine: AsyncEngine, table: Any) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def test_whoever_comes_first_waits_for_nobody_and_the_others_go_together(
    convoy: Convoy[str, Note], travels: Travels, call: Calls, engine: AsyncEngine
) -> None:
    written = await asyncio.gather(*(write(convoy, call(), f"note {number}") for number in range(8)))
    assert [lead.need for lead in written] == [f"note {number}" for number in range(8)]
    assert travels.sizes == [1, 7]
    assert [await count(engine, table) for table in (notes, outbox, audit)] == [8, 8, 8]


async def test_each_is_written_on_its_own_account_under_its_own_request_id(
    convoy: Convoy[str, Note], call: Calls, engine: AsyncEngine
) -> None:
    callers = [call(), call(), call(principal=BO)]
    await asyncio.gather(*(write(convoy, each, "hello", f"r-{place}") for place, each in enumerate(callers)))
    async with engine.connect() as connection:
        actors = (await connection.execute(select(audit.c.actor, audit.c.request_id))).all()
        kept = (await connection.execute(select(requests.c.principal, requests.c.request_id))).all()
    expected = {(each.principal.subject, f"r-{place}") for place, each in enumerate(callers)}
    assert set(actors) == expected
    assert set(kept) == expected


async def test_a_repeat_in_company_gets_the_first_answer_and_spoils_nothing(
    convoy: Convoy[str, Note], call: Calls, engine: AsyncEngine
) -> None:
    first = await write(convoy, call(), "hello", "r-1")
    company = [write(convoy, call(), "other", f"o-{number}") for number in range(3)]
    *others, again = await asyncio.gather(*company, write(convoy, call(), "hello", "r-1"))
    assert again == first
    assert [lead.need for lead in others] == ["other"] * 3
    assert await count(engine, notes) == 4


async def test_twins_in_one_journey_have_one_effect(
    convoy: Convoy[str, Note], call: Calls, engine: AsyncEngine
) -> None:
    answers = await asyncio.gather(*(write(convoy, call(), "hello", "r-1") for _ in range(6)))
    assert answers == [answers[0]] * 6
    assert await count(engine, notes) == 1


@pytest.mark.parametrize(("text", "error"), [("unwelcome", NotFound), ("defect", ZeroDivisionError)])
async def test_one_that_is_refused_or_fails_is_told_and_the_others_are_written(
    convoy: Convoy[str, Note], call: Calls, engine: AsyncEngine, text: str, error: type[Exception]
) -> None:
    told = ["first", "second", text, "third"]
    answers = await asyncio.gather(*(write(convoy, call(), each) for each in told), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Lead, Lead, error, Lead]
    assert await count(engine, notes) == 3


async def test_a_caller_who_goes_away_does_not_stop_his_write(
    convoy: Convoy[str, Note], store: Store, call: Calls, engine: AsyncEngine
) -> None:
    leaving = [asyncio.create_task(write(convoy, call(), "hello", f"r-{number}")) for number in range(4)]
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    await asyncio.wait(leaving)
    await store.drain()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert await count(engine, notes) == 4


async def test_one_whose_deadline_passed_while_it_waited_is_told_and_not_written(
    convoy: Convoy[str, Note], call: Calls, engine: AsyncEngine
) -> None:
    late = replace(call(), deadline=asyncio.get_running_loop().time() - 1)
    callers = [call(), late, late, call()]
    answers = await asyncio.gather(*(write(convoy, each, "hello") for each in callers), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Lead, DeadlinePassed, DeadlinePassed, Lead]
    assert await count(engine, notes) == 2
