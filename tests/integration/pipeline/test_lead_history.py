"""What had happened to a lead comes over with it, once, and is read by whoever sees what became of it."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money
from millrace.pipeline.v1 import lead_history_pb2 as messages
from millrace.pipeline.v1 import lead_history_service_pb2 as contract
from millrace.pipeline.v1.lead_conversion_service_pb2 import CONVERSION_TARGET_OPPORTUNITY
from millrace.pipeline.v1.lead_history_service_pb2_grpc import LeadHistoryServiceStub

from chassis.principal import Scope
from services.pipeline.storage.lead_histories import LEAD_HISTORIES
from tests.integration.pipeline.conftest import ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import reason_of
from tests.integration.pipeline.test_lead_conversion import CHANNEL, LEAD, Conversion, conversion
from tests.support.serving import Caller

__all__ = ["conversion"]
OTHER = UUID(int=990)
SMALL: dict[str, Any] = {"budget_max": Money(currency_code="CNY", units=9_000)}


def told(kind: str, seconds: int, **more: Any) -> messages.ToldLeadHistory:
    number = messages.LeadHistoryKind.Value(f"LEAD_HISTORY_KIND_{kind}")
    return messages.ToldLeadHistory(kind=number, time=Timestamp(seconds=seconds), **more)


HISTORY = [
    told("FIRST_CONTACT", 1_000, channel=f"channels/{CHANNEL}"),
    told("TOUCHED", 2_000, actor="services/leads", channel=f"channels/{CHANNEL}", need="再加两条产线"),
    told(
        "ASSIGNED",
        3_000,
        owner=f"members/{ZHANG_WEI}",
        grade="B",
        reasons=[
            messages.ToldReason(code="ASSIGNED_SAME_REGION", text_zh="负责该大区", text_en="Looks after the region")
        ],
    ),
]


async def read(house: PipelineHouse, name: str, caller: Caller | None = None) -> list[Any]:
    stub = LeadHistoryServiceStub(house.channel)
    of_account = name.startswith("accounts/")
    ask: Any = stub.ListAccountLeadHistory if of_account else stub.ListOpportunityLeadHistory
    request = contract.ListAccountLeadHistoryRequest if of_account else contract.ListOpportunityLeadHistoryRequest
    return list((await ask(request(parent=name), **(caller or house.zhang_wei))).entries)


async def test_account_and_opportunity_show_what_had_happened_to_their_lead(
    conversion: Conversion, house: PipelineHouse
) -> None:
    accepted = await conversion.accept(target=CONVERSION_TARGET_OPPORTUNITY, history=HISTORY, **SMALL)
    first, touched, assigned = await read(house, accepted.opportunity)
    assert (first.lead, first.time.seconds, first.channel) == (f"leads/{LEAD}", 1_000, f"channels/{CHANNEL}")
    assert (touched.kind, touched.need) == (messages.LEAD_HISTORY_KIND_TOUCHED, "再加两条产线")
    assert (assigned.owner, assigned.grade) == (f"members/{ZHANG_WEI}", "B")
    assert [(why.code, why.text) for why in assigned.reasons] == [("ASSIGNED_SAME_REGION", "负责该大区")]
    assert await read(house, accepted.account) == [first, touched, assigned]


async def test_reasons_are_told_in_the_language_of_the_reader(conversion: Conversion, house: PipelineHouse) -> None:
    accepted = await conversion.accept(history=HISTORY)
    english = house.as_member(ZHANG_WEI, Scope.OWN, locale="en")
    assert [why.text for why in (await read(house, accepted.account, english))[-1].reasons] == [
        "Looks after the region"
    ]


async def test_a_lead_that_comes_over_again_brings_nothing_twice(conversion: Conversion, house: PipelineHouse) -> None:
    accepted = await conversion.accept(request_id="first", history=HISTORY)
    await conversion.accept(request_id="first", history=HISTORY)
    more = [*HISTORY, told("TOUCHED", 4_000, need="又来电")]
    assert await conversion.accept(request_id="second", history=more) == accepted
    assert await conversion.count(LEAD_HISTORIES) == len(HISTORY)


async def test_an_account_shows_the_leads_that_became_part_of_it_together_and_an_opportunity_its_own(
    conversion: Conversion, house: PipelineHouse
) -> None:
    first = await conversion.accept(target=CONVERSION_TARGET_OPPORTUNITY, history=HISTORY[:1], **SMALL)
    second = await conversion.accept(
        lead=OTHER, target=CONVERSION_TARGET_OPPORTUNITY, history=[told("TOUCHED", 500)], **SMALL
    )
    assert second.account == first.account
    together = [(each.lead, each.time.seconds) for each in await read(house, first.account)]
    assert together == [(f"leads/{OTHER}", 500), (f"leads/{LEAD}", 1_000)]
    assert [each.lead for each in await read(house, second.opportunity)] == [f"leads/{OTHER}"]


async def test_whoever_does_not_see_what_became_of_it_does_not_see_what_was_before(
    conversion: Conversion, house: PipelineHouse
) -> None:
    accepted = await conversion.accept(target=CONVERSION_TARGET_OPPORTUNITY, history=HISTORY, **SMALL)
    for name, reason in ((accepted.account, "ACCOUNT_NOT_FOUND"), (accepted.opportunity, "OPPORTUNITY_NOT_FOUND")):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await read(house, name, house.wang_lei)
        assert reason_of(refused.value)[0] == reason
        assert len(await read(house, name, house.li_na)) == len(HISTORY)


async def test_what_a_newer_release_tells_of_is_left_out(conversion: Conversion, house: PipelineHouse) -> None:
    newer = messages.ToldLeadHistory(kind=99, time=Timestamp(seconds=5))  # type: ignore[arg-type]  # a kind to come
    accepted = await conversion.accept(history=[*HISTORY, newer])
    assert len(await read(house, accepted.account)) == len(HISTORY)
