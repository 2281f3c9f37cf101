"""What a process tells at `/metrics`."""

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


async def samples(address: str) -> list[Sample]:
    """Every number that the process with this debug address tells now."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{address}/metrics")
    return [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]


async def told(address: str, name: str) -> float:
    """The only number told under a name; an AssertionError where there is none yet."""
    found = [sample.value for sample in await samples(address) if sample.name == name]
    assert len(found) == 1, f"{name} is told {len(found)} times"
    return found[0]
