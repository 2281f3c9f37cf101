"""What our figures are held against, measured in the same run on the same machine."""

import asyncio
import socket
import sys
from pathlib import Path

import asyncpg
import grpc
import uvloop

from deploy.local.process import end, start
from deploy.local.programs import free_address
from tests.performance.driving import Drive, drive
from tests.support.waiting import eventually

PAYLOAD = b"x" * 700
TABLES = """
create table bench_lead (uuid uuid primary key, version bigint, company text, contact text, phone text, mail text,
  created timestamptz);
create index on bench_lead (company); create index on bench_lead (phone); create index on bench_lead (created);
create table bench_outbox (id bigint generated always as identity primary key, event uuid unique, payload bytea,
  published timestamptz);
"""

INSERT_LEAD = """
insert into bench_lead values (gen_random_uuid(), 1, $1, '王小明', $2, 'w@example.com', $3::text::timestamptz)
"""
INSERT_EVENT = "insert into bench_outbox (event, payload) values (gen_random_uuid(), $1)"


async def echo(log: Path) -> Drive:
    """A bare grpc.aio server that answers what it was sent."""
    address = free_address()
    process = start([sys.executable, "-m", "tests.performance.peers", address], log=log)
    try:
        host, port = address.split(":")
        await eventually(lambda: _listens(host, int(port)))
        async with grpc.aio.insecure_channel(address) as channel:
            call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/bench.Echo/Echo")
            return await drive(lambda _client: call(PAYLOAD), None)
    finally:
        end(process)


async def insert(dsn: str) -> Drive:
    """Insert a lead and its outbox row in a transaction, as one writes it by hand: begin, two inserts, commit."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    await connection.close()
    pool = [await asyncpg.connect(dsn) for _ in range(16)]

    async def request(client: int) -> None:
        connection = pool[client]
        async with connection.transaction():
            await connection.execute(
                INSERT_LEAD,
                "杭州云帆科技有限公司",
                "+8613800138000",
                "2026-01-01T00:00:00Z",
            )
            await connection.execute(INSERT_EVENT, PAYLOAD)

    result = await drive(request, None)
    for connection in pool:
        await connection.close()
    return result


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


async def _serve_echo(address: str) -> None:
    async def answer(request: bytes, _context: object) -> bytes:
        return request

    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    method: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(answer)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", {"Echo": method}),))
    server.add_insecure_port(address)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(_serve_echo(sys.argv[1]))
