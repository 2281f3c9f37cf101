"""What stands in the stream of leads."""

from chassis.consumer.pull import LogReader
from chassis.streaming.connection import connect
from deploy.local.stack import Stack

SUBJECTS = ("millrace.leads.v1.lead.>",)


async def stream_of_leads(stack: Stack) -> list[tuple[str, str, int]]:
    """Every event of leads in the stream: id, aggregate, version, as they stand there."""
    assert stack.nats is not None
    client = await connect(stack.nats.operator_url, service="test")
    reader = LogReader(client, stream="leads", subjects=SUBJECTS, after=0)
    await reader.open()
    found = []
    while batch := await reader.next_batch(wait=1):
        found += [(m.headers["ce-id"], m.headers["ce-subject"], int(m.headers["ce-version"])) for m in batch]
    await reader.close()
    await client.close()
    return found
