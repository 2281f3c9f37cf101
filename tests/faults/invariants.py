"""What must hold once everything is healed, as queries whose every row is a violation, and counts over the streams."""

from collections import Counter
from collections.abc import Mapping

from chassis.consumer.pull import LogReader
from chassis.database import open_engine
from chassis.streaming.connection import connect
from deploy.local.stack import SERVICES, Stack
from tests.faults.kept import COPY, copied_tables
from tests.faults.load import rows
from tests.support.sums import wrong_sums

TOLD = (
    "with told as (select event_id, aggregate_type, aggregate_id, version, subject, published_at from outbox union all "
    "select event_id, aggregate_type, aggregate_id, version, subject, published_at from event_log)"
)
EVENTS = "select event_id from told"
# In every service.
EVERYWHERE = {
    "versions with gaps": (
        "select aggregate_type, aggregate_id from told group by 1, 2 "
        "having min(version) <> 1 or max(version) <> count(*) or count(distinct version) <> count(*)"
    ),
    "unpublished rows": "select subject from told where published_at is null",
    "dead letters": "select * from dead_letters",
    "parked aggregates": "select * from parked",
    "jobs that failed": "select * from jobs where state = 'failed'",
}
# What is done once, told by what a second time would leave behind: (service, query) whose every row is one too many.
DONE_TWICE = {
    "leads that were created again, which is a touch": (
        "leads",
        # A survivor of a merge has the first contacts of those it took in.
        "select uuid from leads l where touch_count > 1 + (select count(*) from leads m where m.merged_into = l.uuid)",
    ),
    "contacts of one name": (
        "pipeline",
        "select account, display_name from contacts group by 1, 2 having count(*) > 1",
    ),
    "requirement documents of one opportunity": (
        "pipeline",
        (
            "select o.uuid from opportunities o, jsonb_array_elements(o.evidence) e "
            "where e ->> 'kind' = 'requirement_document' group by 1 having count(*) > 1"
        ),
    ),
    "approvals of one content": (
        "contracts",
        "select subject, content_hash from approvals group by 1, 2, kind having count(*) > 1",
    ),
    "reviews of one content": (
        "pipeline",
        "select subject, content_hash from approvals group by 1, 2, kind having count(*) > 1",
    ),
    "movements of one receipt": (
        "contracts",
        (
            "select e.receipt, t.movement from ledger_entries e join ledger_transactions t on t.uuid = e.transaction "
            "where e.receipt is not null and (e.instalment is not null or t.movement = 'receipt') "
            "group by 1, 2, e.instalment having count(distinct t.uuid) > 1"
        ),
    ),
}
# What one life has one of.
TWICE = {
    "leads": ("leads", "company_name"),
    "accounts": ("pipeline", "display_name"),
    "registrations": ("pipeline", "lead"),
    "opportunities": ("pipeline", "registration"),
    "quotes": ("contracts", "opportunity"),
    "contracts": ("contracts", "opportunity"),
    "signatures": ("contracts", "contract"),
    "receipts": ("contracts", "external_reference"),
}
MONEY = {
    "unbalanced ledger transactions": (
        "select transaction, currency from ledger_entries group by 1, 2 having sum(debit_minor) <> sum(credit_minor)"
    ),
    "contracts signed without a plan that equals them": (
        "select c.uuid from contracts c left join instalments i on i.contract = c.uuid and not i.cancelled "
        "where c.sign_time is not null group by c.uuid having coalesce(sum(i.amount_minor), 0) <> c.amount_minor"
    ),
    "plans without a signed contract": (
        "select i.uuid from instalments i left join contracts c on i.contract = c.uuid where c.sign_time is null"
    ),
    "receipts that the ledger tells otherwise": (
        "select r.uuid from receipts r left join ledger_entries e on e.receipt = r.uuid "
        "and e.account in ('cash', 'bills') group by r.uuid having coalesce(sum(e.debit_minor - e.credit_minor), 0) "
        "<> r.amount_minor - r.refunded_minor"
    ),
    "instalments that the ledger tells otherwise": (
        "select i.uuid from instalments i left join ledger_entries e on e.instalment = i.uuid "
        "and e.account = 'receivable' group by i.uuid having coalesce(sum(e.debit_minor - e.credit_minor), 0) "
        "<> i.open_minor"
    ),
    "instalments paid otherwise than their contract": (
        "select c.uuid from contracts c join instalments i on i.contract = c.uuid "
        "group by c.uuid having sum(i.paid_minor) <> c.paid_minor"
    ),
}
# A copy and what it is a copy of: (service, query) each; the rows are the same.
COPIES = {
    "opportunities that contracts knows": (
        ("pipeline", "select uuid, account, owner, team, region from opportunities order by 1"),
        ("contracts", "select opportunity, account, owner, team, region from known_opportunities order by 1"),
    ),
    "opportunities won, and contracts signed": (
        ("contracts", "select opportunity, uuid from contracts where sign_time is not null order by 1"),
        ("pipeline", "select uuid, contract from opportunities where state = 'won' order by 1"),
    ),
    "opportunities settled, and contracts settled": (
        ("contracts", "select opportunity from contracts where settle_time is not null order by 1"),
        ("pipeline", "select uuid from opportunities where settle_time is not null order by 1"),
    ),
    "leads converted, and registrations taken over": (
        ("leads", "select uuid from leads where state = 'converted' order by 1"),
        ("pipeline", "select lead from registrations where lead is not null order by 1"),
    ),
    "facts of leads": (
        ("leads", "select uuid, state from leads order by 1"),
        ("analytics", "select uuid, state from lead_facts order by 1"),
    ),
    "facts of opportunities": (
        ("pipeline", "select uuid, state, stage_kind, amount_minor from opportunities order by 1"),
        ("analytics", "select uuid, state, stage, amount from opportunity_facts order by 1"),
    ),
    "facts of contracts": (
        ("contracts", "select uuid, amount_minor, sign_time is not null from contracts order by 1"),
        ("analytics", "select uuid, amount, signed is not null from contract_facts order by 1"),
    ),
    "facts of instalments": (
        ("contracts", "select uuid, amount_minor, paid_minor from instalments order by 1"),
        ("analytics", "select uuid, amount, paid from instalment_facts order by 1"),
    ),
    "facts of receipts": (
        ("contracts", "select uuid, amount_minor from receipts order by 1"),
        ("analytics", "select uuid, amount from receipt_facts order by 1"),
    ),
    "facts of accounts": (
        ("pipeline", "select uuid, owner from accounts order by 1"),
        ("analytics", "select uuid, owner from account_facts order by 1"),
    ),
    "facts of registrations": (
        ("pipeline", "select uuid, opportunity is not null from registrations order by 1"),
        ("analytics", "select uuid, opened is not null from registration_facts order by 1"),
    ),
    "facts of quotes": (
        ("contracts", "select uuid, state = 'accepted' from quotes order by 1"),
        ("analytics", "select uuid, accepted from quote_facts order by 1"),
    ),
    "facts of stages": (
        ("pipeline", "select opportunity, stage_kind from stage_visits order by 1, visit"),
        ("analytics", "select uuid, stage from stage_visit_facts where left_time is not null order by 1, stay"),
    ),
}

COPIES |= {
    f"{table} of {service}": (
        ("directory", f"select uuid, version from {table.removeprefix(COPY)} order by 1"),  # noqa: S608 - our own names
        (service, f"select uuid, version from {table} order by 1"),  # noqa: S608 - our own names
    )
    for service in SERVICES
    for table in copied_tables(service)
}


async def violations(stack: Stack) -> dict[str, int]:
    """Each invariant that is broken, with how often; nothing when all hold."""
    found: Counter[str] = Counter()
    for service in SERVICES:
        for name, query in EVERYWHERE.items():
            found[f"{service}: {name}"] = len(await rows(stack, service, f"{TOLD} {query}"))
        found |= {f"{service}: {name}": count for name, count in (await _streamed(stack, service)).items()}
    for table, (service, column) in TWICE.items():
        query = f"select {column} from {table} where {column} is not null group by 1 having count(*) > 1"  # noqa: S608 - our own names
        found[f"two {table} of one {column}"] = len(await rows(stack, service, query))
    for name, query in MONEY.items():
        found[name] = len(await rows(stack, "contracts", query))
    for name, (service, query) in DONE_TWICE.items():
        found[name] = len(await rows(stack, service, query))
    found |= {f"sums of {name}": count for name, count in (await sums(stack)).items()}
    found |= await differing(stack)
    return {name: count for name, count in found.items() if count}


async def sums(stack: Stack) -> Mapping[str, int]:
    """How many cells of figures are not the sums of their facts: where an effect that came twice would show."""
    assert stack.postgres is not None
    engine = open_engine(stack.postgres.url("analytics"), name="test")
    try:
        return await wrong_sums(engine)
    finally:
        await engine.dispose()


async def differing(stack: Stack) -> Counter[str]:
    """How many rows of each copy are not as its owner has them."""
    found: Counter[str] = Counter()
    for name, (owner, copy) in COPIES.items():
        theirs, ours = Counter(await rows(stack, *owner)), Counter(await rows(stack, *copy))
        found[name] = (theirs - ours).total() + (ours - theirs).total()
    return +found


async def _streamed(stack: Stack, service: str) -> dict[str, int]:
    """Events that stand in the outbox or the stream alone, and those that stand there before an earlier one."""
    told = {str(event) for (event,) in await rows(stack, service, f"{TOLD} {EVENTS}")}
    assert stack.nats is not None
    client = await connect(stack.nats.operator_url, service="test")
    reader = LogReader(client, stream=service, subjects=(f"millrace.{service}.v1.>",), after=0)
    await reader.open()
    seen: set[str] = set()
    last: Counter[tuple[str, str]] = Counter()
    breaks = 0
    left = reader.pending
    while left > 0:
        batch = await reader.next_batch(wait=30)
        assert batch, f"{left} events of {service} were not delivered"
        left -= len(batch)
        for message in batch:
            aggregate = message.subject.split(".")[3], message.headers["ce-subject"]
            version = int(message.headers["ce-version"])
            breaks += message.headers["ce-id"] not in seen and version != last[aggregate] + 1
            last[aggregate] = max(last[aggregate], version)
            seen.add(message.headers["ce-id"])
    await reader.close()
    await client.close()
    return {"outbox and stream differing": len(told ^ seen), "order breaks": breaks}
