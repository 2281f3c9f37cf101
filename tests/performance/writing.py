"""How quick and how cheap creating a lead is, and looking for its duplicates."""

import json
from collections.abc import Iterator

from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_service_pb2 import CheckLeadDuplicatesRequest, CreateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub

from tests.performance.bench import Bench, lead_json
from tests.performance.driving import Drive, drive
from tests.performance.figures import Figure, spread
from tests.performance.peers import insert

PREPARED = 30_000


async def measure_writing(bench: Bench) -> float:
    """rpc-create-lead beside raw inserts, http-create-lead; the raw commits a second."""
    assert bench.stack.postgres is not None
    bench.stack.postgres.create_database("bench")
    peer = await insert(bench.stack.postgres.url("bench").replace("+asyncpg", ""))
    bench.say(Figure("raw-insert", peer.rate, "req/s", beside=spread(peer.latencies)))
    leads = iter(bench.leads(PREPARED))
    rpc = await create_leads(bench, leads)
    ratio = rpc.rate / peer.rate
    bench.say(
        Figure("rpc-create-lead", rpc.rate, "req/s", 0.2 * peer.rate, True, ratio, rpc.cpu_ms, spread(rpc.latencies))
    )
    connections = await bench.connections()
    bodies = (json.dumps(lead_json(lead)).encode() for lead in leads)
    http = await drive(lambda client: connections[client].ask("POST", "/v1/leads", next(bodies)), bench.costs)
    beside = spread(http.latencies)
    bench.say(Figure("http-create-lead", beside["p99"], "ms", cpu_ms=http.cpu_ms, beside=beside | {"rate": http.rate}))
    bench.say(Figure("http-create-lead-cpu", http.cpu_ms, "ms", 2.4, cpu_ms=http.cpu_ms))
    for connection in connections:
        connection.close()
    return peer.rate


async def create_leads(bench: Bench, leads: Iterator[Lead] | None = None) -> Drive:
    """Take leads in as fast as they are taken, those given or others that nobody has stored."""
    waiting = leads or iter(bench.leads(PREPARED))
    metadata = await bench.metadata()
    async with bench.channel() as channel:
        stub = LeadServiceStub(channel)
        return await drive(
            lambda _client: stub.CreateLead(CreateLeadRequest(lead=next(waiting)), metadata=metadata), bench.costs
        )


async def check_duplicates(bench: Bench) -> Drive:
    """Look for the duplicates of leads nobody has stored, one client after another."""
    leads = iter(bench.leads(PREPARED))
    metadata = await bench.metadata()
    async with bench.channel() as channel:
        stub = LeadServiceStub(channel)
        return await drive(
            lambda _client: stub.CheckLeadDuplicates(CheckLeadDuplicatesRequest(lead=next(leads)), metadata=metadata),
            bench.costs,
            clients=2,
        )
