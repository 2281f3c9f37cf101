"""Printing and sealing: a paper becomes a PDF in a process of its own, so that the service never waits for it."""

import asyncio
import base64
import sys
from collections.abc import Mapping

import orjson

from services.contracts.documents.seals import Stationery
from services.contracts.domain.paper import Paper

_TYPESETTING = "services.contracts.documents.typesetting"
_SEALING = "services.contracts.documents.sealing"
_AT_ONCE = 2
_SECONDS = 30.0


class PrintingFailed(Exception):  # noqa: N818 - an outcome, answered as a fault of ours
    """The program that sets or seals papers ended without one."""


class Press:
    """Prints and seals at most two papers at a time; the same paper is always printed to the same bytes."""

    def __init__(self, stationery: Stationery) -> None:
        """`stationery` says who the company is, and with what it seals."""
        self.stationery = stationery
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def print(self, paper: Paper) -> bytes:
        """The paper in PDF; raises PrintingFailed and TimeoutError."""
        return await self._run(_TYPESETTING, orjson.dumps(paper))

    async def seal(self, pdf: bytes, *, reason: str, record: bytes = b"") -> bytes:
        """The PDF, and the pages of `record` behind it, under the company's seal.

        Raises PrintingFailed and TimeoutError.
        """
        order: Mapping[str, str] = {
            "pdf": base64.b64encode(pdf).decode(),
            "certificates": self.stationery.certificates,
            "key": self.stationery.key,
            "reason": reason,
            "record": base64.b64encode(record).decode(),
        }
        return await self._run(_SEALING, orjson.dumps(order))

    async def _run(self, program: str, order: bytes) -> bytes:
        async with self._places, asyncio.timeout(_SECONDS):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                printed, complaint = await process.communicate(order)
            finally:
                if process.returncode is None:
                    process.kill()
            if process.returncode or not printed.startswith(b"%PDF-"):
                raise PrintingFailed(complaint.decode(errors="replace")[-500:])
            return printed
