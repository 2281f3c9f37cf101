"""A person who asks for it is erased from every table of pipeline, also where his lead was erased (G30, D-09)."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid5

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_events_pb2
from millrace.pipeline.v1 import customer_privacy_service_pb2 as contract
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1.account_pb2 import Account
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest, UpdateAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_pb2 import Contact
from millrace.pipeline.v1.contact_service_pb2 import CreateContactRequest, ListContactsRequest
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from millrace.pipeline.v1.customer_privacy_service_pb2_grpc import CustomerPrivacyServiceStub
from millrace.pipeline.v1.lead_conversion_service_pb2 import CONVERSION_TARGET_OPPORTUNITY
from millrace.pipeline.v1.lead_history_pb2 import LEAD_HISTORY_KIND_TOUCHED, ToldLeadHistory, ToldReason
from millrace.pipeline.v1.registration_service_pb2 import REVIEW_OUTCOME_RETURN, CreateRegistrationRequest
from sqlalchemy import select

from chassis.consumer import Event, Subscription
from chassis.consumer.applying import Applier
from chassis.consumer.gate import Gap
from services.pipeline.events.on_leads import leads_subscription
from services.pipeline.storage.lead_histories import LEAD_HISTORIES
from services.pipeline.storage.metadata import APPROVALS_TABLE, FILES
from services.pipeline.storage.registration_tables import PROTECTED_KEYS
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of
from tests.integration.pipeline.pooling import Pools
from tests.integration.pipeline.test_lead_conversion import LEAD, Conversion, conversion
from tests.integration.pipeline.test_registrations import Bureau, a_registration, bureau, five_verdicts, refused
from tests.support.searching import found

__all__ = ["bureau", "conversion"]

PERSON = ("欧阳锦绣", "ouyang", "13988887777", "jinxiu", "爱喝龙井")
NEED = "欧阳锦绣要一套三百个坐席的客户管理系统，爱喝龙井，年内上线"
HE: dict[str, Any] = {"contact_name": "欧阳锦绣", "phone": "139 8888 7777", "email": "jinxiu@yunfan.example"}


@pytest.fixture
def privacy(house: PipelineHouse) -> Any:
    return CustomerPrivacyServiceStub(house.channel)


async def a_registered_person(bureau: Bureau) -> Any:
    """Registered, returned with a word about him, submitted again, approved; what he is stands in many places."""
    told = CreateRegistrationRequest(registration=a_registration(need=NEED, **HE), request_id="first")
    begun = await bureau.registrations.CreateRegistration(told, **bureau.house.zhang_wei)
    first = await bureau.submit(begun.name)
    verdicts = five_verdicts()
    verdicts[0].note = "欧阳锦绣不是决策人"
    returned = await bureau.review(first, REVIEW_OUTCOME_RETURN, verdicts=verdicts, comment="请与欧阳锦绣核实")
    again = await bureau.submit(returned.name)
    approved = await bureau.approve(again)
    deals = Dealings(bureau.house, bureau.house.zhang_wei)
    await deals.document(await deals.get(approved.opportunity), name="欧阳锦绣的需求.pdf", request_id="shown")
    return approved


async def contacts_of(house: PipelineHouse) -> list[Any]:
    page = await ContactServiceStub(house.channel).ListContacts(ListContactsRequest(), **house.boss)
    return list(page.contacts)


async def erase_contact(house: PipelineHouse, name: str, **more: str) -> Contact:
    request = contract.EraseContactPersonRequest(name=name, reason="本人书面申请", **more)
    answer: Contact = await CustomerPrivacyServiceStub(house.channel).EraseContactPerson(request, **house.boss)
    return answer


async def test_an_erased_contact_stands_in_no_table_any_more(bureau: Bureau) -> None:
    house = bureau.house
    approved = await a_registered_person(bureau)
    (person,) = await contacts_of(house)
    before = {table for table, _, _ in await found(house.engine, PERSON)}
    assert {"contacts", "registrations", "opportunities", "approvals", "requests", "files"} <= before
    erased = await erase_contact(house, person.name)
    assert (erased.display_name, erased.phone, erased.email, erased.account) == ("***", "", "", person.account)
    assert await found(house.engine, PERSON) == []
    async with house.engine.connect() as connection:
        assert list(await connection.scalars(select(FILES.c.display_name))) == ["***.pdf"]
    left = await bureau.get(approved.name)
    assert (left.company_name, left.contact_name, left.phone, left.state) == (
        "杭州云帆科技有限公司",
        "***",
        "",
        states.REGISTRATION_STATE_APPROVED,
    )
    assert (await house.subjects("contact"))[-1] == "contact.person_erased"
    assert (await house.subjects("registration"))[-1] == "registration.person_erased"


async def test_the_firm_stays_protected_without_the_keys_of_its_person(bureau: Bureau) -> None:
    await a_registered_person(bureau)
    (person,) = await contacts_of(bureau.house)
    await erase_contact(bureau.house, person.name)
    async with bureau.house.engine.connect() as connection:
        kinds = {key[0] for key in await connection.scalars(select(PROTECTED_KEYS.c.key))}
    assert kinds == {"a", "e"}


async def test_a_registration_under_review_goes_back_to_its_owner(bureau: Bureau) -> None:
    submitted = await bureau.submitted(need=NEED, **HE)
    request = contract.EraseRegistrationPersonRequest(name=submitted.name, reason="本人书面申请")
    stub: Any = CustomerPrivacyServiceStub(bureau.house.channel)
    erased = await stub.EraseRegistrationPerson(request, **bureau.house.boss)
    assert (erased.state, erased.contact_name) == (states.REGISTRATION_STATE_DRAFT, "***")
    async with bureau.house.engine.connect() as connection:
        assert list(await connection.scalars(select(APPROVALS_TABLE.c.state))) == ["outdated"]
    assert await found(bureau.house.engine, PERSON) == []


async def test_a_person_who_buys_by_himself_is_erased_as_an_account(house: PipelineHouse, privacy: Any) -> None:
    accounts = AccountServiceStub(house.channel)
    told = Account(display_name="欧阳锦绣", person=True, phone="139 8888 7777", note="爱喝龙井")
    made = await accounts.CreateAccount(CreateAccountRequest(account=told, request_id="a"), **house.zhang_wei)
    # A possible duplicate that is kept in an answer names him, too.
    alike = Account(display_name="欧阳锦绣", person=True, phone="0571-88887777")
    await accounts.CreateAccount(CreateAccountRequest(account=alike, request_id="b"), **house.zhang_wei)
    assert "requests" in {table for table, _, _ in await found(house.engine, PERSON)}
    # Who gave him back named him in the ledger of the pool.
    await Pools(house).release(made, house.zhang_wei, reason="欧阳锦绣不再采购")
    request = contract.EraseAccountPersonRequest(name=made.name, reason="本人书面申请")
    erased = await privacy.EraseAccountPerson(request, **house.boss)
    assert (erased.display_name, erased.phone, erased.note, erased.person) == ("***", "", "", True)
    assert (await house.subjects("account"))[-1] == "account.person_erased"
    assert await privacy.EraseAccountPerson(request, **house.boss) == erased, "asking again answers what stands"


async def test_a_firm_is_no_person_but_loses_the_number_of_one(house: PipelineHouse, privacy: Any) -> None:
    accounts = AccountServiceStub(house.channel)
    firm = Account(display_name="杭州云帆科技有限公司", phone="139 8888 7777", email="info@yunfan.example")
    made = await accounts.CreateAccount(CreateAccountRequest(account=firm), **house.zhang_wei)
    request = contract.EraseAccountPersonRequest(name=made.name, reason="本人书面申请")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await privacy.EraseAccountPerson(request, **house.boss)
    assert reason_of(refusal.value)[0] == "ACCOUNT_IS_NO_PERSON"
    told = Contact(account=made.name, display_name="欧阳锦绣", phone="13988887777")
    person = await ContactServiceStub(house.channel).CreateContact(
        CreateContactRequest(contact=told), **house.zhang_wei
    )
    await erase_contact(house, person.name)
    again = UpdateAccountRequest(account=Account(name=made.name, etag="2", industry="软件"))
    again.update_mask.paths.append("industry")
    changed = await accounts.UpdateAccount(again, **house.zhang_wei)
    assert (changed.phone, changed.email) == ("", "info@yunfan.example")


async def test_only_who_administers_pipeline_erases_and_only_what_he_saw(bureau: Bureau) -> None:
    await a_registered_person(bureau)
    (person,) = await contacts_of(bureau.house)
    request = contract.EraseContactPersonRequest(name=person.name, reason="申请")
    stub = CustomerPrivacyServiceStub(bureau.house.channel)
    code, _ = await refused(stub.EraseContactPerson(request, **bureau.house.li_na))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    code, _ = await refused(erase_contact(bureau.house, person.name, etag="9"))
    assert code is grpc.StatusCode.ABORTED


class Leads:
    """The other service, as its event tells of an erased person."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.applier = Applier(
            leads_subscription(house.parts), engine=house.engine, history=self.nothing, clock=house.clock
        )

    async def nothing(self, _subscription: Subscription, _gap: Gap | None) -> AsyncIterator[Event]:
        return
        yield

    async def erase(self, lead: UUID) -> None:
        message = lead_events_pb2.LeadPersonErased()
        message.lead.name = f"leads/{lead}"
        name = message.DESCRIPTOR.full_name
        event = Event(
            id=str(uuid5(lead, "1")),
            subject=name,
            type=name,
            aggregate=f"lead/{lead}",
            version=1,
            time=self.house.clock.now(),
            payload=b"",
            message=message,
        )
        await self.applier.apply([event], place=None)


SMALL: dict[str, Any] = {
    "need": NEED,
    "budget_min": Money(currency_code="CNY", units=9_000),
    "budget_max": Money(currency_code="CNY", units=9_000),
    "expected_close_date": Date(year=2026, month=9, day=30),
    "follow_up_state": states.FOLLOW_UP_STATE_NEED_CONFIRMED,
    "history": [
        ToldLeadHistory(
            kind=LEAD_HISTORY_KIND_TOUCHED,
            time=Timestamp(seconds=1_000),
            need="欧阳锦绣再次来电",
            reasons=[ToldReason(code="ASSIGNED_FOR", text_zh="欧阳锦绣是老客户", text_en="ouyang is known")],
        )
    ],
    **HE,
}


@pytest.mark.parametrize("company", ["杭州云帆科技有限公司", ""])
@pytest.mark.parametrize("target", [0, CONVERSION_TARGET_OPPORTUNITY])
async def test_what_a_lead_became_is_erased_with_its_person(
    conversion: Conversion, house: PipelineHouse, company: str, target: Any
) -> None:
    await conversion.accept(target=target, company_name=company, **SMALL)
    assert await found(house.engine, PERSON)
    assert "lead_histories" in {table for table, _, _ in await found(house.engine, PERSON)}
    await Leads(house).erase(LEAD)
    assert await found(house.engine, PERSON) == []


@pytest.mark.parametrize("target", [0, CONVERSION_TARGET_OPPORTUNITY])
async def test_the_history_of_his_lead_is_kept_without_words_when_a_contact_is_erased(
    conversion: Conversion, house: PipelineHouse, target: Any
) -> None:
    accepted = await conversion.accept(target=target, **SMALL)
    await erase_contact(house, accepted.contact)
    assert await found(house.engine, PERSON) == []
    async with house.engine.connect() as connection:
        row = (await connection.execute(select(LEAD_HISTORIES))).mappings().one()
    assert (row["happening"], row["time"].timestamp(), row["need"], row["reasons"]) == ("touched", 1_000, "", [])


async def test_the_history_of_a_lead_goes_with_the_registration_that_named_him(
    conversion: Conversion, house: PipelineHouse, privacy: Any
) -> None:
    accepted = await conversion.accept(**SMALL)
    request = contract.EraseRegistrationPersonRequest(name=accepted.registration, reason="本人书面申请")
    await privacy.EraseRegistrationPerson(request, **house.boss)
    assert "lead_histories" not in {table for table, _, _ in await found(house.engine, PERSON)}


async def test_a_lead_that_was_erased_on_its_way_comes_over_without_its_person(
    conversion: Conversion, house: PipelineHouse
) -> None:
    await Leads(house).erase(LEAD)
    accepted = await conversion.accept(**SMALL)
    assert (bool(accepted.account), accepted.contact) == (True, "")
    assert await found(house.engine, PERSON) == []
