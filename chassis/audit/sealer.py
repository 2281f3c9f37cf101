"""The sealer: links committed entries into the chain every second, one sealer per database."""

import asyncio
from pathlib import Path

import orjson
from sqlalchemy import BigInteger, LargeBinary, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import logs, metrics
from chassis.audit.chain import FIRST, link, sign_head
from chassis.tables import audit
from kernel.time import Clock

_BATCH = 2000
_HEAD_SECONDS = 3600.0
_PAUSE_AFTER_FAILURE = 60.0
_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended('millrace.audit', 0))")
_SEAL = text(
    "update audit a set place = m.place, hash = m.hash "
    "from unnest(cast(:ids as bigint[]), cast(:places as bigint[]), cast(:hashes as bytea[])) as m(id, place, hash) "
    "where a.id = m.id"
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("places", type_=ARRAY(BigInteger)),
    bindparam("hashes", type_=ARRAY(LargeBinary)),
)


class Sealer:
    """Seals one service's audit log."""

    def __init__(self, engine: AsyncEngine, *, clock: Clock, service: str, secret: str, heads: str) -> None:
        """`heads` is the folder whose `<service>.heads` signed heads are appended to; empty for none."""
        self._engine = engine
        self._clock = clock
        self._service = service
        self._secret = secret
        self._heads = Path(heads) / f"{service}.heads" if heads else None
        self._sign_at = 0.0
        self._log = logs.get_logger()

    async def run(self) -> None:
        """Seal for ever."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                sealed = await self.seal()
                if self._heads is not None and loop.time() >= self._sign_at:
                    self._sign_at = loop.time() + _PAUSE_AFTER_FAILURE
                    await self.sign()
                    self._sign_at = loop.time() + _HEAD_SECONDS
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - the loop outlives an absent database
                metrics.BACKGROUND_PAUSES.labels("sealer").inc()
                self._log.warning("sealer pauses", error=repr(error)[:300])
                sealed = 0
            if sealed < _BATCH:
                await asyncio.sleep(1.0)

    async def seal(self) -> int:
        """Link what is committed and not yet linked; how many entries."""
        async with self._engine.begin() as connection:
            if not (await connection.execute(_LOCK)).scalar_one():
                return 0
            place, before = await _head(connection)
            unsealed = select(audit).where(audit.c.place.is_(None)).order_by(audit.c.id).limit(_BATCH)
            rows = [dict(row) for row in (await connection.execute(unsealed)).mappings()]
            hashes: list[bytes] = []
            for row in rows:
                before = link(before, row)
                hashes.append(before)
            if rows:
                places = range(place + 1, place + 1 + len(rows))
                sealed = {"ids": [row["id"] for row in rows], "places": list(places), "hashes": hashes}
                await connection.execute(_SEAL, sealed)
        return len(rows)

    async def sign(self) -> None:
        """Append the signed head to the file outside the database."""
        if self._heads is None:
            return
        async with self._engine.connect() as connection:
            place, head = await _head(connection)
        line = {
            "service": self._service,
            "time": self._clock.now(),
            "place": place,
            "head": head.hex(),
            "signature": sign_head(self._secret, place, head),
        }
        await asyncio.to_thread(_append, self._heads, orjson.dumps(line) + b"\n")


async def _head(connection: AsyncConnection) -> tuple[int, bytes]:
    last = select(func.max(audit.c.place)).scalar_subquery()
    row = (await connection.execute(select(audit.c.place, audit.c.hash).where(audit.c.place == last))).first()
    return (row.place, bytes(row.hash)) if row else (0, FIRST)


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(line)
