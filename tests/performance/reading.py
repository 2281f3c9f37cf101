"""How quick and how cheap reading is."""

from itertools import cycle
from urllib.parse import quote

from millrace.leads.v1.lead_service_pb2 import GetLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub

from tests.performance.bench import Bench
from tests.performance.driving import drive
from tests.performance.figures import Figure, spread
from tests.performance.peers import echo

# Most imported leads say nothing of demo, budget or urgency, and are of grade D.
LIST = f"/v1/leads?pageSize=50&orderBy={quote('create_time desc')}&filter={quote('grade = GRADE_D')}"


async def measure_reading(bench: Bench) -> None:
    """rpc-get-lead beside an echo, http-get-lead beside rpc-get-lead, http-list-leads."""
    peer = await echo(bench.stack.home.log("echo"))
    bench.say(Figure("rpc-echo", peer.rate, "req/s", beside=spread(peer.latencies)))
    names = await _some_names(bench)
    metadata = await bench.metadata()
    async with bench.channel() as channel:
        stub = LeadServiceStub(channel)
        turns = cycle(names)
        rpc = await drive(
            lambda _client: stub.GetLead(GetLeadRequest(name=next(turns)), metadata=metadata), bench.costs
        )
    ratio = rpc.rate / peer.rate
    bench.say(
        Figure("rpc-get-lead", rpc.rate, "req/s", 0.35 * peer.rate, True, ratio, rpc.cpu_ms, spread(rpc.latencies))
    )
    connections = await bench.connections()
    http = await drive(lambda client: connections[client].ask("GET", f"/v1/{next(turns)}"), bench.costs)
    ratio = http.rate / rpc.rate
    bench.say(
        Figure("http-get-lead", http.rate, "req/s", 0.5 * rpc.rate, True, ratio, http.cpu_ms, spread(http.latencies))
    )
    bench.say(Figure("http-get-lead-cpu", http.cpu_ms, "ms", 0.9, cpu_ms=http.cpu_ms))
    full = await connections[0].json("GET", LIST)
    assert len(full["leads"]) == 50, "the list to be measured is not full"
    lists = await drive(lambda client: connections[client].ask("GET", LIST), bench.costs)
    beside = spread(lists.latencies)
    bench.say(Figure("http-list-leads", beside["p99"], "ms", cpu_ms=lists.cpu_ms, beside=beside | {"rate": lists.rate}))
    bench.say(Figure("http-list-leads-cpu", lists.cpu_ms, "ms", 3.5, cpu_ms=lists.cpu_ms))
    for connection in connections:
        connection.close()


async def measure_customer_view(bench: Bench) -> None:
    """customer-360: everything about a customer in one call, over the customers of the demo company."""
    connections = await bench.connections()
    found = await connections[0].json("GET", "/v1/accounts?pageSize=200")
    turns = cycle([each["name"].removeprefix("accounts/") for each in found["accounts"]])
    asked = await drive(lambda client: connections[client].ask("GET", f"/v1/customerViews/{next(turns)}"), bench.costs)
    beside = spread(asked.latencies)
    bench.say(
        Figure("customer-360", beside["p99"], "ms", 60, cpu_ms=asked.cpu_ms, beside=beside | {"rate": asked.rate})
    )
    for connection in connections:
        connection.close()


async def _some_names(bench: Bench) -> list[str]:
    connection = (await bench.connections())[0]
    found = await connection.json("GET", "/v1/leads?pageSize=200")
    return [lead["name"] for lead in found["leads"]]
