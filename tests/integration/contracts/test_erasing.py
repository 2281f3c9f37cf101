"""A person who asks for it is erased from contracts and receipts, and neither books nor log break by that (G30)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_privacy_service_pb2 import EraseContractPersonRequest, EraseReceiptPersonRequest
from millrace.contracts.v1.contract_privacy_service_pb2_grpc import ContractPrivacyServiceStub
from millrace.contracts.v1.receipt_pb2 import Receipt
from millrace.pipeline.v1.account_events_pb2 import AccountPersonErased, AccountSnapshot
from millrace.pipeline.v1.contact_events_pb2 import ContactPersonErased, ContactSnapshot

from chassis.audit.sealer import Sealer
from chassis.audit.verifying import verify
from chassis.consumer import Event
from chassis.consumer.applying import Applier
from chassis.jobs import Jobs
from services.contracts.__main__ import subscriptions
from services.contracts.rpc.contract_wiring import sealing
from tests.integration.contracts.conftest import ContractsHouse, an_offer, put_away
from tests.integration.contracts.lives import approved, downloaded, drafted, read, reviewed, sent, sign
from tests.integration.contracts.paying import allocated, booked, finance, ledger, money_in, plan_of
from tests.support.clock import NOON
from tests.support.searching import found

PERSON = ("欧阳锦绣", "文三路", "203.0.113.7")
ACCOUNT = UUID(int=900)


async def paid(house: ContractsHouse) -> tuple[Contract, Receipt]:
    """A contract of a customer who is a person, signed and partly paid: he stands in many places."""
    offer = put_away(house.offers, an_offer(buyer="欧阳锦绣"))
    draft = await drafted(house, offer, variables={"place": "文三路 8 号 欧阳锦绣收"})
    contract = await approved(house, await reviewed(house, draft))
    await sign(house, await sent(house, contract), signer="欧阳锦绣")
    await Jobs([sealing(house.parts)], engine=house.engine, clock=house.clock).drain()
    told = money_in(3703, 70, contract=contract.name, payer_name="欧阳锦绣", remark="欧阳锦绣货款")
    receipt = await allocated(house, await booked(house, told))
    return await read(house, contract), receipt


async def erase(house: ContractsHouse, contract: Contract, **more: Any) -> Contract:
    request = EraseContractPersonRequest(name=contract.name, reason="本人书面申请", **more)
    answer: Contract = await ContractPrivacyServiceStub(house.channel).EraseContractPerson(request, **house.boss)
    return answer


async def tell(house: ContractsHouse, message: Any, aggregate: str) -> None:
    """Pipeline tells of a person who was erased."""
    people = next(each for each in subscriptions(house.parts) if each.name == "contracts-people")
    event = Event(
        id=str(uuid4()),
        subject="millrace.pipeline.v1.contact.person_erased",
        type=message.DESCRIPTOR.full_name,
        aggregate=aggregate,
        version=1,
        time=NOON,
        payload=message.SerializeToString(),
        message=message,
    )
    await Applier(people, engine=house.engine, history=_no_history, clock=house.clock).apply([event], place=None)


async def _no_history(*_: object) -> AsyncIterator[Event]:
    none: tuple[Event, ...] = ()
    for event in none:
        yield event


async def test_an_erased_person_stands_in_no_table_any_more(house: ContractsHouse) -> None:
    contract, _ = await paid(house)
    before = {table for table, _, _ in await found(house.engine, PERSON)}
    assert {"contracts", "signatures", "receipts", "requests"} <= before
    erased = await erase(house, contract, buyer=True)
    assert (erased.buyer, dict(erased.variables)) == ("***", {"place": "***"})
    assert (erased.amount, erased.paid, erased.state) == (contract.amount, contract.paid, contract.state)
    assert await found(house.engine, PERSON) == []


async def test_the_books_and_the_log_of_changes_hold_after_an_erasure(house: ContractsHouse) -> None:
    contract, _ = await paid(house)
    sealer = Sealer(house.engine, clock=house.clock, service="contracts", secret="0" * 32, heads="")
    await sealer.seal()
    books, plan = await ledger(house), await plan_of(house, contract)
    await erase(house, contract, buyer=True)
    await sealer.seal()
    async with house.engine.connect() as connection:
        assert (await verify(connection)).flaws == ()
    assert (await ledger(house), await plan_of(house, contract)) == (books, plan)


async def test_the_sealed_paper_of_a_signed_contract_stays(house: ContractsHouse) -> None:
    contract, _ = await paid(house)
    sealed = await downloaded(house, contract)
    await erase(house, contract, buyer=True)
    assert await downloaded(house, contract) == sealed


async def test_what_was_sent_and_not_signed_can_be_signed_no_more(house: ContractsHouse) -> None:
    contract = await approved(house, await reviewed(house, await drafted(house, put_away(house.offers, an_offer()))))
    link = await sent(house, contract)
    await erase(house, contract, buyer=True)
    with pytest.raises(grpc.aio.AioRpcError):
        await sign(house, link)


async def test_the_payer_of_a_receipt_nobody_claimed_is_erased(house: ContractsHouse) -> None:
    receipt = await booked(house, money_in(100, payer_name="欧阳锦绣", remark="文三路"))
    request = EraseReceiptPersonRequest(name=receipt.name, reason="本人书面申请")
    stub = ContractPrivacyServiceStub(house.channel)
    erased = await stub.EraseReceiptPerson(request, **finance(house))
    assert (erased.payer_name, erased.remark, erased.amount) == ("", "", receipt.amount)
    assert await found(house.engine, PERSON) == []
    assert await stub.EraseReceiptPerson(request, **finance(house)) == erased


async def test_a_customer_whom_pipeline_erased_is_erased_here(house: ContractsHouse) -> None:
    await paid(house)
    told = AccountPersonErased(account=AccountSnapshot(name=f"accounts/{ACCOUNT}"))
    await tell(house, told, f"account/{ACCOUNT}")
    assert await found(house.engine, PERSON) == []


async def test_of_a_contact_whom_pipeline_erased_the_signature_goes_and_the_customer_stays(
    house: ContractsHouse,
) -> None:
    contract, _ = await paid(house)
    told = ContactPersonErased(contact=ContactSnapshot(name=f"contacts/{uuid4()}", account=f"accounts/{ACCOUNT}"))
    await tell(house, told, f"contact/{uuid4()}")
    assert {table for table, _, _ in await found(house.engine, ("203.0.113.7", "文三路"))} == set()
    assert (await read(house, contract)).buyer == "欧阳锦绣"


async def test_of_several_signers_only_the_contact_goes_whom_pipeline_erased(house: ContractsHouse) -> None:
    gone, staying = f"contacts/{uuid4()}", f"contacts/{uuid4()}"
    for contact, signer in ((gone, "欧阳锦绣"), (staying, "司徒静")):
        draft = await drafted(house, put_away(house.offers, an_offer(account=ACCOUNT)))
        link = await sent(house, await approved(house, await reviewed(house, draft)), contact=contact)
        await sign(house, link, signer=signer, request_id=f"sign-{contact[-12:]}")
    told = ContactPersonErased(contact=ContactSnapshot(name=gone, account=f"accounts/{ACCOUNT}"))
    await tell(house, told, gone)
    assert await found(house.engine, ("欧阳锦绣",)) == []
    assert {table for table, _, _ in await found(house.engine, ("司徒静",))} == {"signatures"}


async def test_a_salesperson_erases_nobody(house: ContractsHouse) -> None:
    contract = await drafted(house)
    request = EraseContractPersonRequest(name=contract.name, reason="x")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ContractPrivacyServiceStub(house.channel).EraseContractPerson(request, **house.zhang_wei)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
