"""A history of opportunities, made as it would have come about: opened, won and lost, while the clock goes on."""

from typing import Any
from uuid import UUID

from google.type.money_pb2 import Money
from millrace.pipeline.v1 import opportunity_pb2
from millrace.pipeline.v1 import opportunity_service_pb2 as contract
from millrace.pipeline.v1 import win_service_pb2 as win_contract
from millrace.pipeline.v1.win_model_pb2 import WinModel
from millrace.pipeline.v1.win_service_pb2_grpc import WinServiceStub

from chassis.jobs import carry_out
from chassis.work import UnitOfWork
from services.pipeline.__main__ import ACCOUNT, DEFINITION, learner
from services.pipeline.domain.gates import won
from services.pipeline.storage.opportunities import keep, opportunity_by_itself
from services.pipeline.storage.sales_processes import every_process
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.support.clock import FixedClock

# Longer than the oldest age at which an opportunity is learnt from.
WEEKS = 18
RIVAL: dict[str, Any] = {"competitor": "对手软件"}


async def win(house: PipelineHouse, opportunity: Any) -> None:
    """What is left in pipeline when its contract was signed."""
    uuid = UUID(opportunity.name.partition("/")[2])

    async def use_case(work: UnitOfWork) -> None:
        before = await opportunity_by_itself(work, uuid)
        process = next(each for each in await every_process(work) if each.uuid == before.sales_process)
        keep(work, won(before, process=process, contract=uuid, amount=None, now=work.now), before=before)

    await carry_out(house.parts.store, ACCOUNT, action="win", use_case=use_case)


async def live(house: PipelineHouse, clock: FixedClock, *, opportunities: int) -> None:
    """Two opportunities a week: one without a competitor, won eighteen weeks later; the other is lost to one.

    Of ten weeks one has it the other way round, but none of the last eight.
    """
    weeks: list[tuple[Any, Any]] = []
    for number in range(opportunities // 2 + WEEKS):
        dealings = Dealings(house, house.boss)
        if number < opportunities // 2:
            weeks.append((await dealings.open(close=None), await dealings.open(close=None, **RIVAL)))
        if number >= WEEKS:
            one, other = weeks[number - WEEKS]
            gained, gone = (other, one) if number % 10 == 9 else (one, other)
            await win(house, gained)
            await dealings.lose(gone)
        clock.travel(days=7)


async def learn(house: PipelineHouse) -> bool:
    return await learner(house.parts).step()


async def sweep(house: PipelineHouse, clock: FixedClock, *names: str) -> int:
    """Sweep those that score once; how many opportunities were scored."""
    done = 0
    for each in DEFINITION.sweeps(house.parts):
        if each.name in (names or ("score opportunities", "score the stock")):
            async with house.engine.begin() as connection:
                done += await each.run(connection, clock.now())
    return done


async def score_all(house: PipelineHouse, clock: FixedClock) -> None:
    """Let the round over the stock begin, pause, and walk."""
    await sweep(house, clock)
    clock.travel(minutes=1)
    await sweep(house, clock)


async def model_of(house: PipelineHouse) -> WinModel:
    stub: Any = WinServiceStub(house.channel)
    model: WinModel = await stub.GetWinModel(win_contract.GetWinModelRequest(), **house.boss)
    return model


async def listed(house: PipelineHouse, caller: Any = None, **wanted: Any) -> contract.ListOpportunitiesResponse:
    stub = Dealings(house, caller or house.boss).stub
    answer: contract.ListOpportunitiesResponse = await stub.ListOpportunities(
        contract.ListOpportunitiesRequest(**wanted), **(caller or house.boss)
    )
    return answer


def yuan(amount: Money) -> tuple[int, int]:
    """Units and hundredths."""
    return amount.units, amount.nanos // 10_000_000


def silence(opportunity: opportunity_pb2.Opportunity) -> list[str]:
    return [reason.code for reason in opportunity.win_chance.silence]
