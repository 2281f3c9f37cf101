"""Rows read ahead: the next batches are worked out by a process apart while the present one is decided and written."""

import asyncio
import pickle
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from chassis.imports import reading_apart
from chassis.imports.apart import program, refusal_in, surroundings
from chassis.imports.reading import read_rows
from chassis.imports.reading_apart import LENGTH, ReadingOrder
from chassis.imports.rows import ReadRow, RowReader, unpacked_row

# What the service holds of batches to come; the program has one more, ready to be written.
_HELD = 512 * 1024
# Between so many rows the loop serves others.
_BREATH = 50


class ReaderGone(Exception):  # noqa: N818 - an outcome: the import is tried again, as after any failure
    """The program that reads ended before the rows did."""


async def rows_ahead(order: ReadingOrder) -> AsyncGenerator[Sequence[ReadRow[Any]], None]:
    """The rows in batches; close it when no more are wanted, and the program ends.

    The first batch is read here, so that a short list needs no program, and a long one does not wait for its start.
    Raises FileRefused and ReaderGone.
    """
    first = await asyncio.to_thread(_first_batch, order)
    if len(first) < order.size:
        if first:
            yield first
        return
    process = await asyncio.create_subprocess_exec(
        *program(reading_apart),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=surroundings(),
        limit=_HELD,
    )
    try:
        if process.stdin is None or process.stdout is None:
            raise ReaderGone
        process.stdin.write(pickle.dumps(replace(order, after_line=first[-1].line)))
        process.stdin.write_eof()
        yield first
        while rows := await _next_batch(process.stdout, order.reader):
            yield rows
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _first_batch(order: ReadingOrder) -> list[ReadRow[Any]]:
    rows = read_rows(order.path, order.shape, after_line=order.after_line)
    return order.reader.read(list(islice(rows, order.size)))


async def _next_batch(stream: asyncio.StreamReader, reader: RowReader[Any]) -> list[ReadRow[Any]]:
    try:
        length = int.from_bytes(await stream.readexactly(LENGTH))
        told = orjson.loads(await stream.readexactly(length))
    except asyncio.IncompleteReadError as error:
        raise ReaderGone from error
    if isinstance(told, dict):
        raise refusal_in(told["refusal"])
    rows = []
    for place, packed in enumerate(told):
        rows.append(unpacked_row(packed, reader.reading))
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return rows
