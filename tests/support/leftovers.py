"""Looking for words wherever a running product keeps anything: dumps of its databases, streams, files and logs."""

import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from chassis.consumer.pull import LogReader
from chassis.streaming.connection import connect
from deploy.local.nats import OPERATOR
from deploy.local.postgres import OWNER, program
from deploy.local.stack import SERVICES
from tests.support.product import Product
from tests.support.records import database_of, settings_of

POSTGRES = "postgres"  # the server's own folder: what it has not vacuumed yet is no record any more
Kept = tuple[str, bytes]  # a place, and what it holds


async def leftovers(product: Product, words: Iterable[str]) -> list[tuple[str, str]]:
    """(place, word) of every word that stands anywhere, in whatever form it is written."""
    forms = [(word, form) for word in words for form in written(word)]
    kept = [*dumps(product), *files(product.home), *[each async for each in streams(product)]]
    return sorted({(place, word) for place, content in kept for word, form in forms if form in content})


def written(word: str) -> Iterator[bytes]:
    """The word as text, as a dump writes bytes, and as JSON in ASCII writes it."""
    yield word.encode()
    yield word.encode().hex().encode()
    if not word.isascii():
        yield word.encode("unicode-escape")


def dumps(product: Product) -> Iterator[Kept]:
    """Every database as a backup holds it."""
    for name in SERVICES:
        sockets = database_of(product, name).partition("host=")[2]
        command = [str(program("pg_dump")), "-h", sockets, "-U", OWNER, name]
        yield f"database of {name}", subprocess.run(command, check=True, capture_output=True).stdout


async def streams(product: Product) -> AsyncIterator[Kept]:
    """Every event of every service."""
    password = (product.home / "secrets" / f"nats-{OPERATOR}").read_text(encoding="utf-8")
    address = settings_of(product, SERVICES[0])["MILLRACE_NATS_URL"].partition("://")[2]
    client = await connect(f"nats://{OPERATOR}:{password}@{address}", service="test")
    for name in SERVICES:
        reader = LogReader(client, stream=name, subjects=(f"millrace.{name}.v1.>",), after=0)
        await reader.open()
        left = reader.pending
        while left > 0:
            batch = await reader.next_batch(wait=30)
            assert batch, f"{left} events of {name} were not delivered"
            left -= len(batch)
            for message in batch:
                yield f"stream of {name}: {message.subject}", message.payload + str(message.headers).encode()
        await reader.close()
    await client.close()


def files(home: Path) -> Iterator[Kept]:
    """What else lies in the folder: logs, uploaded files, the store of the streams."""
    for path in sorted(home.rglob("*")):
        within = path.relative_to(home)
        if path.is_file() and within.parts[0] != POSTGRES:
            yield str(within), path.read_bytes()
