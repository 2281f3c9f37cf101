"""Who learns (训练): the history goes to a program apart, its lesson comes back and is kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, TypeVar

import orjson

from chassis import logs
from chassis.database import connected
from chassis.imports.apart import program, surroundings
from chassis.jobs import carry_out
from chassis.learning.lesson import Lesson
from chassis.learning.models import Models
from chassis.learning.teaching import begin_learning, keep_lesson
from chassis.principal import Principal
from chassis.work import Read, Store
from kernel.time import Clock
from trade.probability import Card

_PAUSE = 60.0
# One thread: libraries that each take every processor hinder all others, and themselves.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

P = TypeVar("P")
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curriculum(Generic[P]):
    """What one topic is learnt from: the program that learns, the line it is told first, and the records after that.

    `page` answers some records with known outcomes and the place of the next ones, None at the end; the newest `most`
    are enough: more make no better model, and a day's learning stays a matter of a minute.
    """

    models: Models
    program: ModuleType
    first: Callable[[Read], Awaitable[Mapping[str, Any]]]
    page: Callable[[Read, P | None], Awaitable[tuple[Lines, P | None]]]
    most: int


class Learner(Generic[P]):
    """Learns when it is time, in one process of the installation at a time."""

    def __init__(self, store: Store, curriculum: Curriculum[P], *, clock: Clock, principal: Principal) -> None:
        """`principal` is on whose account a model is put in force."""
        self._store = store
        self._curriculum = curriculum
        self._models = curriculum.models
        self._clock = clock
        self._principal = principal
        self._action = f"learn a {self._models.record.kind}"
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
        models = self._models
        if not await carry_out(
            self._store, self._principal, action=self._action, use_case=lambda work: begin_learning(work, models=models)
        ):
            return False
        lesson = await self._lesson()
        model = await carry_out(
            self._store,
            self._principal,
            action=self._action,
            use_case=lambda work: keep_lesson(work, models=models, lesson=lesson),
        )
        silence = lesson.silence(models.topic)
        self._log.info(
            "learnt",
            kind=models.record.kind,
            outcomes=lesson.outcomes,
            happened=lesson.happened,
            model=model.number if model else 0,
            silence=silence.code if silence else "",
        )
        return True

    async def _lesson(self) -> Lesson:
        pages = self._pages()
        try:
            first = await anext(pages)
        except StopAsyncIteration:
            return Lesson(outcomes=0, happened=0)
        process = await asyncio.create_subprocess_exec(
            *program(self._curriculum.program),
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

    async def _taught(self, process: asyncio.subprocess.Process, first: Lines, pages: AsyncIterator[Lines]) -> Lesson:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101 - both are pipes
        told = b""
        with contextlib.suppress(ConnectionError):
            async with connected(self._autocommit) as connection:
                beginning = await self._curriculum.first(self._reading(connection))
            await _write(process.stdin, [beginning])
            await _write(process.stdin, first)
            async for page in pages:
                await _write(process.stdin, page)
            process.stdin.write_eof()
            told = await process.stdout.read()
        if await process.wait() or not told:
            return Lesson(outcomes=0, happened=0, failed=True)
        values = orjson.loads(told)
        return Lesson(**{**values, "card": Card.from_mapping(values["card"]) if values["card"] else None})

    async def _pages(self) -> AsyncIterator[Lines]:
        """What is learnt from; pages without any known outcome are passed over."""
        place, told, is_over = None, 0, False
        while not is_over and told < self._curriculum.most:
            async with connected(self._autocommit) as connection:
                page, place = await self._curriculum.page(self._reading(connection), place)
            told, is_over = told + len(page), place is None
            if page:
                yield page

    def _reading(self, connection: Any) -> Read:
        return Read(connection, self._clock.now(), self._principal)


async def _write(stream: asyncio.StreamWriter, lines: Lines) -> None:
    for line in lines:
        stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    await stream.drain()
