"""ContractTemplateService on the wire."""

from dataclasses import replace

from millrace.contracts.v1 import contract_template_pb2
from millrace.contracts.v1 import contract_template_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import changed_fields, instant, required_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.contracts.application.contract_templates import (
    create_template,
    get_template,
    list_templates,
    update_template,
)
from services.contracts.domain.contract_template import ContractTemplate, TemplateText
from services.contracts.rpc.contract_messages import clause_message, clauses_of


class ContractTemplateServicer:
    """Templates of contracts (合同模板)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateContractTemplate(
        self, request: contract.CreateContractTemplateRequest, call: Call
    ) -> contract_template_pb2.ContractTemplate:
        """Write one."""
        text = text_of(request.contract_template)
        answer: contract_template_pb2.ContractTemplate = await self._store.write(
            call, request, lambda work: create_template(work, text=text), answer=to_message
        )
        return answer

    async def GetContractTemplate(
        self, request: contract.GetContractTemplateRequest, call: Call
    ) -> contract_template_pb2.ContractTemplate:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_template(read, uuid=uuid)))

    async def ListContractTemplates(
        self, request: contract.ListContractTemplatesRequest, call: Call
    ) -> contract.ListContractTemplatesResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_templates(read, wanted=wanted))
        return contract.ListContractTemplatesResponse(
            contract_templates=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateContractTemplate(
        self, request: contract.UpdateContractTemplateRequest, call: Call
    ) -> contract_template_pb2.ContractTemplate:
        """Put a new version in force."""
        uuid = uuid_of(request.contract_template.name, field="contract_template.name")
        seen = required_version(request.contract_template.etag, field="contract_template.etag")
        paths = changed_fields(request.update_mask, contract_template_pb2.ContractTemplate)
        wanted = text_of(request.contract_template)

        async def use_case(work: UnitOfWork) -> ContractTemplate:
            known = (await get_template(work, uuid=uuid)).text
            text = replace(known, **{path: getattr(wanted, path) for path in paths})
            return await update_template(work, uuid=uuid, seen=seen, text=text)

        answer: contract_template_pb2.ContractTemplate = await self._store.write(
            call, request, use_case, answer=to_message
        )
        return answer


def text_of(message: contract_template_pb2.ContractTemplate) -> TemplateText:
    """What a message says of a template."""
    return TemplateText(
        display_name=message.display_name.strip(),
        language=message.language or "zh",
        clauses=clauses_of(message.clauses),
        payment_plan=message.payment_plan,
        archived=message.archived,
    )


def to_message(template: ContractTemplate) -> contract_template_pb2.ContractTemplate:
    """The template on the wire."""
    text = template.text
    return contract_template_pb2.ContractTemplate(
        name=template.resource,
        display_name=text.display_name,
        language=text.language,
        clauses=[clause_message(clause) for clause in text.clauses],
        payment_plan=text.payment_plan,
        archived=text.archived,
        author=template.author,
        create_time=instant(template.create_time),
        update_time=instant(template.update_time),
        etag=str(template.version),
    )
