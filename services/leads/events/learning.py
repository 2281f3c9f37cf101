"""Learning purchase intents (训练): the history goes to a program apart, its lesson comes back and is kept."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict

import orjson

from chassis import logs
from chassis.database import connected
from chassis.imports.apart import program, surroundings
from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.work import Read, Store
from kernel.time import Clock
from services.leads.application.learning import begin_learning, keep_lesson
from services.leads.application.rulebook import Rulebook
from services.leads.domain.intent import youngest_with_outcome
from services.leads.domain.intent_model import Lesson
from services.leads.events import learning_apart
from services.leads.storage.intent_history import Observation, Place, beginning, observations
from trade.probability import Card

LEARN = "learn intents"
_PAUSE = 60.0
# The newest so many: more leads make no better model, and a day's learning stays a matter of a minute.
_MOST = 50_000
# One thread: libraries that each take every processor hinder all others, and themselves.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Learner:
    """Learns when it is time, in one process of the installation at a time."""

    def __init__(self, store: Store, *, rulebook: Rulebook, clock: Clock, principal: Principal) -> None:
        """`principal` is on whose account a model is put in force."""
        self._store = store
        self._rulebook = rulebook
        self._clock = clock
        self._principal = principal
        self._autocommit = store.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Look for ever whether it is time."""
        while True:
            try:
                await self.step()
            except Exception as error:  # noqa: BLE001 - the loop outlives an absent database
                self._log.warning("learning_interrupted", error=repr(error)[:300])
            await asyncio.sleep(_PAUSE)

    async def step(self) -> bool:
        """Learn if it is time; whether it was."""
        if not await carry_out(self._store, self._principal, action=LEARN, use_case=begin_learning):
            return False
        lesson = await self._lesson()
        model = await carry_out(
            self._store, self._principal, action=LEARN, use_case=lambda work: keep_lesson(work, lesson=lesson)
        )
        silence = lesson.silence()
        self._log.info(
            "intents_learnt",
            outcomes=lesson.outcomes,
            converted=lesson.converted,
            model=model.number if model else 0,
            silence=silence.code if silence else "",
        )
        return True

    async def _lesson(self) -> Lesson:
        pages = self._pages()
        first = await anext(pages, ())
        if not first:
            return Lesson(outcomes=0, converted=0)
        process = await asyncio.create_subprocess_exec(
            *program(learning_apart),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**surroundings(), **_ONE_THREAD},
        )
        try:
            return await self._taught(process, first, pages)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _taught(
        self,
        process: asyncio.subprocess.Process,
        first: Sequence[Observation],
        pages: AsyncIterator[Sequence[Observation]],
    ) -> Lesson:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101 - both are pipes
        try:
            process.stdin.write(orjson.dumps(await self._kinds(), option=orjson.OPT_APPEND_NEWLINE))
            await _write(process.stdin, first)
            async for page in pages:
                await _write(process.stdin, page)
            process.stdin.write_eof()
            told = await process.stdout.read()
        except ConnectionError:
            told = b""
        if await process.wait() or not told:
            return Lesson(outcomes=0, converted=0, failed=True)
        values = orjson.loads(told)
        return Lesson(**{**values, "card": Card.from_mapping(values["card"]) if values["card"] else None})

    async def _pages(self) -> AsyncIterator[Sequence[Observation]]:
        """What is learnt from, the youngest leads first; pages without any known outcome are passed over."""
        place: Place | None = beginning(youngest_with_outcome(self._clock.now()))
        told = 0
        while place is not None and told < _MOST:
            async with connected(self._autocommit) as connection:
                page, place = await observations(Read(connection, self._clock.now(), self._principal), place)
            told += len(page)
            if page:
                yield page

    async def _kinds(self) -> Mapping[str, str]:
        async with connected(self._autocommit) as connection:
            rules = await self._rulebook.current(Read(connection, self._clock.now(), self._principal))
        return {f"channels/{uuid}": channel.kind.value for uuid, channel in rules.channels.items()}


async def _write(stream: asyncio.StreamWriter, page: Sequence[Observation]) -> None:
    for each in page:
        line = {**asdict(each), "payload": each.payload.hex()}
        stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    await stream.drain()
