"""Templates of contracts: shipped ones are there at once, every version stays."""

from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.contracts.v1.contract_pb2 import Clause
from millrace.contracts.v1.contract_template_pb2 import ContractTemplate
from millrace.contracts.v1.contract_template_service_pb2 import (
    CreateContractTemplateRequest,
    GetContractTemplateRequest,
    ListContractTemplatesRequest,
    UpdateContractTemplateRequest,
)
from millrace.contracts.v1.contract_template_service_pb2_grpc import ContractTemplateServiceStub
from millrace.contracts.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.rules.v1.rule_set_requests_pb2 import UpdateRuleSetRequest

from chassis.principal import Scope
from chassis.work import Read
from services.contracts.application.contract_templates import clauses_of_version
from tests.integration.contracts.conftest import LEGAL, ContractsHouse
from tests.integration.contracts.lives import drafted
from tests.integration.contracts.test_contract_life import refusal

STANDARD = "contractTemplates/00000000-0000-7000-8000-000000000101"


async def names(house: ContractsHouse, *, having: str = "") -> list[str]:
    answer = await ContractTemplateServiceStub(house.channel).ListContractTemplates(
        ListContractTemplatesRequest(filter=having), **house.zhang_wei
    )
    return [template.display_name for template in answer.contract_templates]


async def test_a_fresh_installation_has_a_template_in_both_languages(house: ContractsHouse) -> None:
    assert await names(house) == ["Standard sales contract", "标准销售合同"]
    assert await names(house, having='language = "zh"') == ["标准销售合同"]


async def test_a_template_that_was_edited_takes_the_place_of_the_shipped_one(house: ContractsHouse) -> None:
    stub = ContractTemplateServiceStub(house.channel)
    shipped = await stub.GetContractTemplate(GetContractTemplateRequest(name=STANDARD), **house.legal)
    edited = ContractTemplate(name=STANDARD, display_name="销售合同(2026版)", etag=shipped.etag)
    saved = await stub.UpdateContractTemplate(
        UpdateContractTemplateRequest(contract_template=edited, update_mask=FieldMask(paths=["display_name"])),
        **house.legal,
    )
    assert (shipped.etag, saved.etag) == ("0", "1")
    assert saved.clauses == shipped.clauses
    assert await names(house) == ["Standard sales contract", "销售合同(2026版)"]


async def test_without_a_name_the_newest_template_stands_in_for_an_archived_one(house: ContractsHouse) -> None:
    stub = ContractTemplateServiceStub(house.channel)
    own = ContractTemplate(
        display_name="服务合同",
        language="zh",
        payment_plan="standard",
        clauses=[Clause(key="subject", heading="标的", text="第一版")],
    )
    made = await stub.CreateContractTemplate(CreateContractTemplateRequest(contract_template=own), **house.legal)
    shipped = ContractTemplate(name=STANDARD, archived=True, etag="0")
    archive = UpdateContractTemplateRequest(contract_template=shipped, update_mask=FieldMask(paths=["archived"]))
    await stub.UpdateContractTemplate(archive, **house.legal)
    assert (await drafted(house)).contract_template == made.name


async def test_an_older_version_of_a_template_stays_readable(house: ContractsHouse) -> None:
    stub = ContractTemplateServiceStub(house.channel)
    text = ContractTemplate(display_name="服务合同", language="zh", clauses=[Clause(key="subject", text="第一版")])
    first = await stub.CreateContractTemplate(CreateContractTemplateRequest(contract_template=text), **house.legal)
    first.clauses[0].text = "第二版"
    await stub.UpdateContractTemplate(
        UpdateContractTemplateRequest(contract_template=first, update_mask=FieldMask(paths=["clauses"])), **house.legal
    )
    async with house.engine.connect() as connection:
        read = Read(connection, house.clock.now(), next(iter(house.principals.values())))
        uuid = UUID(first.name.partition("/")[2])
        kept = [(await clauses_of_version(read, uuid=uuid, version=version))[0].text for version in (1, 2)]
    assert kept == ["第一版", "第二版"]


async def test_two_clauses_with_one_key_are_refused(house: ContractsHouse) -> None:
    text = ContractTemplate(display_name="服务合同", clauses=[Clause(key="a", text="一"), Clause(key="a", text="二")])
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ContractTemplateServiceStub(house.channel).CreateContractTemplate(
            CreateContractTemplateRequest(contract_template=text), **house.legal
        )
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_salesperson_does_not_write_templates(house: ContractsHouse) -> None:
    text = ContractTemplate(display_name="服务合同", clauses=[Clause(key="a", text="一")])
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ContractTemplateServiceStub(house.channel).CreateContractTemplate(
            CreateContractTemplateRequest(contract_template=text), **house.zhang_wei
        )
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_the_version_seen_is_asked_of_an_update(house: ContractsHouse) -> None:
    edited = ContractTemplate(name=STANDARD, display_name="销售合同", etag="7")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ContractTemplateServiceStub(house.channel).UpdateContractTemplate(
            UpdateContractTemplateRequest(contract_template=edited, update_mask=FieldMask(paths=["display_name"])),
            **house.legal,
        )
    assert refused.value.code() is grpc.StatusCode.ABORTED


async def test_templates_are_legals_to_write_and_prices_and_authority_are_not(house: ContractsHouse) -> None:
    """What a discount needs is not decided by whoever words the contract, and the other way round."""
    pricing = house.as_member(LEGAL, Scope.ALL, may=("contracts.read", "contracts.admin"))
    template = ContractTemplate(display_name="服务合同", language="zh", payment_plan="standard")
    asked = CreateContractTemplateRequest(contract_template=template)
    templates, rules = ContractTemplateServiceStub(house.channel), RuleSetServiceStub(house.channel)
    authority = UpdateRuleSetRequest()
    assert "contracts.legal" in await refusal(templates.CreateContractTemplate(asked, **pricing))
    assert "contracts.admin" in await refusal(rules.UpdateRuleSet(authority, **house.legal))
