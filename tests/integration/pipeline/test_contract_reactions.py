"""What contracts tell changes opportunities exactly once, in whatever state it finds them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid5

import grpc
import pytest
from google.protobuf.message import Message
from google.type.money_pb2 import Money
from millrace.contracts.v1 import contract_events_pb2, quote_events_pb2
from millrace.pipeline.v1 import evidence_pb2
from millrace.pipeline.v1 import evidence_service_pb2 as evidence_contract
from millrace.pipeline.v1 import opportunity_events_pb2 as enums
from millrace.pipeline.v1 import opportunity_service_pb2 as contract

from chassis.consumer import Event, Subscription
from chassis.consumer.applying import Applier
from chassis.consumer.gate import Gap
from kernel.errors import Overloaded
from services.pipeline.__main__ import rulebook
from services.pipeline.events.on_contracts import contracts_subscription
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings, events_of, reason_of

QUOTE, SIGNED, OTHER = UUID(int=301), UUID(int=401), UUID(int=402)


class Contracts:
    """The other service, as its events tell of it: each aggregate counts its versions."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.versions: dict[UUID, int] = {}
        self.applier = Applier(
            contracts_subscription(house.parts, rulebook(house.parts)),
            engine=house.engine,
            history=self.nothing,
            clock=house.clock,
        )

    async def nothing(self, _subscription: Subscription, _gap: Gap | None) -> AsyncIterator[Event]:
        return
        yield

    def quote(self, opportunity: Any, state: str, message: Any, uuid: UUID = QUOTE, units: int = 0) -> Event:
        snapshot = quote_events_pb2.QuoteSnapshot(
            name=f"quotes/{uuid}",
            opportunity=getattr(opportunity, "name", opportunity),
            state=quote_events_pb2.QuoteState.Value(f"QUOTE_STATE_{state}"),
        )
        if units:
            snapshot.gross_total.CopyFrom(Money(currency_code="CNY", units=units))
        return self._event(uuid, message(quote=snapshot))

    def contract(self, opportunity: Any, message: Any, uuid: UUID = SIGNED, units: int = 90_000) -> Event:
        snapshot = contract_events_pb2.ContractSnapshot(
            name=f"contracts/{uuid}",
            opportunity=getattr(opportunity, "name", opportunity),
            amount=Money(currency_code="CNY", units=units),
        )
        return self._event(uuid, message(contract=snapshot))

    async def tell(self, *events: Event) -> None:
        await self.applier.apply(events, place=None)

    def _event(self, uuid: UUID, message: Message) -> Event:
        version = self.versions[uuid] = self.versions.get(uuid, 0) + 1
        name = message.DESCRIPTOR.full_name
        return Event(
            id=str(uuid5(uuid, str(version))),
            subject=name,
            type=name,
            aggregate=f"x/{uuid}",
            version=version,
            time=self.house.clock.now(),
            payload=b"",
            message=message,
        )


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


@pytest.fixture
def contracts(house: PipelineHouse) -> Contracts:
    return Contracts(house)


async def conflicts(deals: Dealings, filter_: str = "") -> list[tuple[str, str]]:
    boss = deals.by(deals.house.boss)
    request = contract.ListOpportunityConflictsRequest(filter=filter_)
    answer = await boss.stub.ListOpportunityConflicts(request, **boss.caller)
    return [(each.linked, each.reason.code) for each in answer.opportunity_conflicts]


async def kinds(deals: Dealings, opportunity: Any) -> list[tuple[int, str]]:
    request = evidence_contract.ListEvidenceRequest(parent=opportunity.name)
    found = (await deals.proofs.ListEvidence(request, **deals.caller)).evidence
    return [(each.kind, each.linked) for each in found]


@pytest.mark.parametrize(
    ("state", "gone"),
    [("SUPERSEDED", quote_events_pb2.QuoteSuperseded), ("WITHDRAWN", quote_events_pb2.QuoteWithdrawn)],
)
async def test_an_approved_quote_opens_the_gate_and_one_that_stands_no_more_closes_it(
    deals: Dealings, contracts: Contracts, state: str, gone: Any
) -> None:
    opened = await deals.open()
    await deals.document(opened)
    await deals.move(opened, "quote")
    draft = contracts.quote(opened, "DRAFT", quote_events_pb2.QuoteCreated)
    pending = contracts.quote(opened, "PENDING_APPROVAL", quote_events_pb2.QuoteSubmitted)
    await contracts.tell(draft, pending)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.move(opened, "negotiation")
    assert reason_of(refused.value) == ("GATE_UNMET", {"stage": "quote", "missing": "evidence.quote"})
    approved = contracts.quote(opened, "APPROVED", quote_events_pb2.QuoteApproved)
    sent = contracts.quote(opened, "SENT", quote_events_pb2.QuoteSent)
    await contracts.tell(approved, sent)
    await contracts.tell(approved, sent)
    assert (evidence_pb2.EVIDENCE_KIND_QUOTE, f"quotes/{QUOTE}") in await kinds(deals, opened)
    assert len(await kinds(deals, opened)) == 2
    await contracts.tell(contracts.quote(opened, state, gone))
    with pytest.raises(grpc.aio.AioRpcError):
        await deals.move(opened, "negotiation")
    second = contracts.quote(opened, "APPROVED", quote_events_pb2.QuoteApproved, UUID(int=302))
    await contracts.tell(second)
    assert (await deals.move(opened, "negotiation")).stage == "negotiation"


async def test_quoted_and_no_follow_up_in_five_days_is_a_forgotten_follow_up(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    await deals.document(opened)
    await deals.move(opened, "quote")
    deals.house.clock.travel(days=1)
    await contracts.tell(contracts.quote(opened, "APPROVED", quote_events_pb2.QuoteApproved))
    deals.house.clock.travel(days=5)
    assert not (await deals.get(opened)).forgotten_follow_up
    deals.house.clock.travel(seconds=1)
    assert (await deals.get(opened)).forgotten_follow_up
    assert await deals.names("forgotten_follow_up = true") == [opened.display_name]
    assert await deals.names("missed_quote = true") == []
    await deals.document(opened, kind=evidence_pb2.EVIDENCE_KIND_MEETING_RECORD, name="会议纪要.pdf")
    assert not (await deals.get(opened)).forgotten_follow_up


async def test_a_signed_contract_wins_its_opportunity_once_whatever_is_told_again(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    signed = contracts.contract(opened, contract_events_pb2.ContractSigned)
    for _ in range(3):
        await contracts.tell(signed)
    won = await deals.get(opened)
    assert (won.state, won.stage, won.contract) == (
        enums.OPPORTUNITY_STATE_WON,
        "signing",
        f"contracts/{SIGNED}",
    )
    assert (won.probability, won.settle_time.seconds, list(won.gate_debt)) == (100, 0, [])
    assert await events_of(deals.house.engine, opened) == [("created", 1), ("moved", 2), ("won", 3)]
    visits = await deals.stub.ListStageVisits(contract.ListStageVisitsRequest(parent=opened.name), **deals.caller)
    assert [(each.stage, each.outcome) for each in visits.stage_visits] == [("need", "skip"), ("signing", "")]
    assert await conflicts(deals) == []


async def test_it_closes_when_the_plan_is_paid(deals: Dealings, contracts: Contracts) -> None:
    opened = await deals.open()
    signed = contracts.contract(opened, contract_events_pb2.ContractSigned)
    settled = contracts.contract(opened, contract_events_pb2.ContractSettled)
    deals.house.clock.travel(days=1)
    await contracts.tell(signed, settled)
    await contracts.tell(settled)
    assert (await deals.get(opened)).settle_time.seconds > 0
    assert [name for name, _ in await events_of(deals.house.engine, opened)] == ["created", "moved", "won", "settled"]


async def test_its_last_stage_is_open_again_while_something_is_owed_again(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    signed = contracts.contract(opened, contract_events_pb2.ContractSigned)
    settled = contracts.contract(opened, contract_events_pb2.ContractSettled)
    owing = contracts.contract(opened, contract_events_pb2.ContractUnsettled)
    await contracts.tell(signed, settled)
    await contracts.tell(owing)
    await contracts.tell(owing)
    after = await deals.get(opened)
    assert (after.state, after.settle_time.seconds) == (enums.OPPORTUNITY_STATE_WON, 0)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSettled))
    assert (await deals.get(opened)).settle_time.seconds > 0
    assert [name for name, _ in await events_of(deals.house.engine, opened)][-3:] == ["settled", "unsettled", "settled"]


async def test_a_lost_opportunity_whose_contract_owes_again_is_reopened_as_won_and_not_settled(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    await deals.lose(opened)
    kinds_told = (
        contract_events_pb2.ContractSigned,
        contract_events_pb2.ContractSettled,
        contract_events_pb2.ContractUnsettled,
    )
    await contracts.tell(*(contracts.contract(opened, each) for each in kinds_told))
    reopened = await deals.stub.ReopenOpportunity(contract.ReopenOpportunityRequest(name=opened.name), **deals.caller)
    assert (reopened.state, reopened.settle_time.seconds) == (enums.OPPORTUNITY_STATE_WON, 0)


async def test_a_contract_signed_for_a_lost_opportunity_is_told_and_wins_it_once_it_is_reopened(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    await deals.lose(opened)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned))
    assert (await deals.get(opened)).state == enums.OPPORTUNITY_STATE_LOST
    assert await conflicts(deals) == [(f"contracts/{SIGNED}", "SIGNED_WHILE_LOST")]
    reopened = await deals.stub.ReopenOpportunity(contract.ReopenOpportunityRequest(name=opened.name), **deals.caller)
    assert (reopened.state, reopened.stage) == (enums.OPPORTUNITY_STATE_WON, "signing")
    assert await conflicts(deals, "open = true") == []
    assert [name for name, _ in await events_of(deals.house.engine, opened)] == [
        "created",
        "lost",
        "reopened",
        "moved",
        "won",
    ]


async def test_what_does_not_fit_is_kept_and_poisons_nothing(deals: Dealings, contracts: Contracts) -> None:
    opened = await deals.open()
    await contracts.tell(
        contracts.contract(opened, contract_events_pb2.ContractSigned),
        contracts.contract(opened, contract_events_pb2.ContractSigned, OTHER),
        contracts.contract(opened, contract_events_pb2.ContractSettled, OTHER),
        contracts.contract(f"opportunities/{UUID(int=1)}", contract_events_pb2.ContractSigned, UUID(int=403)),
        contracts.contract("", contract_events_pb2.ContractSigned, UUID(int=404)),
    )
    assert sorted(await conflicts(deals)) == [
        (f"contracts/{OTHER}", "SETTLED_OTHER_CONTRACT"),
        (f"contracts/{OTHER}", "SIGNED_WHILE_WON"),
        (f"contracts/{UUID(int=403)}", "OPPORTUNITY_UNKNOWN"),
    ]
    answer = await deals.stub.ListOpportunityConflicts(contract.ListOpportunityConflictsRequest(), **deals.caller)
    assert len(answer.opportunity_conflicts) == 2


async def test_lost_and_signed_at_the_same_moment_it_is_one_of_both_and_nothing_is_forgotten(
    deals: Dealings, contracts: Contracts
) -> None:
    for number in range(5):
        opened = await deals.open()
        signed = contracts.contract(opened, contract_events_pb2.ContractSigned, UUID(int=500 + number))
        outcomes = await asyncio.gather(contracts.tell(signed), deals.lose(opened), return_exceptions=True)
        if isinstance(outcomes[0], Overloaded):  # it met the other's write; the consumer tells it again
            await contracts.tell(signed)
        state = (await deals.get(opened)).state
        told = (f"contracts/{UUID(int=500 + number)}", "SIGNED_WHILE_LOST") in await conflicts(deals)
        assert (state == enums.OPPORTUNITY_STATE_WON) is not told
        assert (state == enums.OPPORTUNITY_STATE_LOST) is told


async def test_of_two_who_move_it_at_once_one_does(deals: Dealings) -> None:
    opened = await deals.open()
    await deals.document(opened)
    moves = (deals.move(opened, "quote", request_id=f"move-{number}") for number in range(8))
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert [name for name, _ in await events_of(deals.house.engine, opened)] == ["created", "updated", "moved"]


async def test_a_contract_signed_and_paid_while_it_was_lost_wins_and_settles_it_at_the_reopening(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    await deals.lose(opened)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned))
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSettled))
    reopened = await deals.reopen(opened)
    assert (reopened.state, reopened.settle_time.seconds > 0) == (enums.OPPORTUNITY_STATE_WON, True)
    assert [name for name, _ in await events_of(deals.house.engine, opened)][-2:] == ["won", "settled"]


async def test_a_contract_that_was_ended_again_wins_nothing_at_the_reopening(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    await deals.lose(opened)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned))
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractTerminated))
    assert (await deals.reopen(opened)).state == enums.OPPORTUNITY_STATE_OPEN
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned, uuid=OTHER))
    assert (await deals.get(opened)).contract == f"contracts/{OTHER}"


def worth(seen: Any) -> tuple[str, int, int]:
    """What the amount rests on, the amount, and what was said before."""
    return enums.AmountSource.Name(seen.amount_source), seen.amount.units, seen.stated_amount.units


async def test_a_won_opportunity_is_worth_what_its_contract_says_and_follows_its_amendments(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open(units=100_000)
    assert worth(opened) == ("AMOUNT_SOURCE_STATED", 100_000, 0)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned, units=90_000))
    assert worth(await deals.get(opened)) == ("AMOUNT_SOURCE_CONTRACT", 90_000, 100_000)
    elsewhere = contracts.contract(opened, contract_events_pb2.ContractAmended, OTHER, units=1)
    amended = contracts.contract(opened, contract_events_pb2.ContractAmended, units=120_000)
    for _ in range(2):
        await contracts.tell(elsewhere, amended)
    won = await deals.get(opened)
    assert worth(won) == ("AMOUNT_SOURCE_CONTRACT", 120_000, 100_000)
    assert won.weighted_amount.units == 120_000
    assert [name for name, _ in await events_of(deals.house.engine, opened)] == ["created", "moved", "won", "updated"]
    board = await deals.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **deals.caller)
    assert [(each.stage, each.amount.units) for each in board.sums] == [("signing", 120_000)]


async def test_a_reopened_one_is_worth_what_the_contract_signed_and_amended_meanwhile_says(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open(units=0)
    await deals.lose(opened)
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned))
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractAmended, units=95_000))
    assert worth(await deals.get(opened)) == ("AMOUNT_SOURCE_STATED", 0, 0)
    assert worth(await deals.reopen(opened)) == ("AMOUNT_SOURCE_CONTRACT", 95_000, 0)


async def test_why_it_was_won_is_noted_by_whoever_works_it_and_corrected_by_his_manager(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.note_win(opened)
    assert reason_of(refused.value) == ("OPPORTUNITY_NOT_WON", {"state": "open"})
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.note_win(opened, "luck")
    assert reason_of(refused.value) == ("WIN_REASON_UNKNOWN", {"win_reason": "luck", "field": "win_reason"})
    noted = await deals.note_win(opened, "price", competitor="远帆软件", tactics=" 低价 ")
    assert (noted.win_reason, noted.competitor, noted.tactics) == ("price", "远帆软件", "低价")
    manager = deals.by(deals.house.li_na)
    corrected = await manager.note_win(opened, "solution", etag=noted.etag)
    assert (corrected.win_reason, corrected.competitor) == ("solution", "远帆软件")
    assert await deals.get(opened) == corrected
    assert await deals.names('win_reason = "solution"') == [opened.display_name]
    assert await deals.names('win_reason = ""') == []
    told = await events_of(deals.house.engine, opened)
    assert told[2:] == [("won", 3), ("win_noted", 4), ("win_noted", 5)]


async def test_a_note_of_a_win_is_taken_once_and_from_nobody_who_does_not_see_it(
    deals: Dealings, contracts: Contracts
) -> None:
    opened = await deals.open()
    await contracts.tell(contracts.contract(opened, contract_events_pb2.ContractSigned))
    answers = await asyncio.gather(*(deals.note_win(opened, request_id="note-1") for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.note_win(opened, "price", etag=opened.etag)
    assert reason_of(refused.value)[0] == "STALE_VERSION"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await deals.by(deals.house.wang_lei).note_win(opened)
    assert reason_of(refused.value)[0] == "OPPORTUNITY_NOT_FOUND"
    assert [name for name, _ in await events_of(deals.house.engine, opened)].count("win_noted") == 1
