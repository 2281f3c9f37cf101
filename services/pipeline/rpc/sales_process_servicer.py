"""SalesProcessService on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import sales_process_pb2
from millrace.pipeline.v1 import sales_process_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import changed_fields, instant, named, required_version, uuid_of
from chassis.work import Store
from services.pipeline.application import sales_processes as use_cases
from services.pipeline.domain.process_reading import asked
from services.pipeline.domain.process_suggestion import Answers, Prospecting, Qualification
from services.pipeline.domain.sales_process import Ask, SalesProcess, Stage
from services.pipeline.rpc.evidence_servicer import KIND_NUMBERS as EVIDENCE_NUMBERS
from services.pipeline.rpc.evidence_servicer import KINDS as EVIDENCE_KINDS
from services.pipeline.rpc.opportunity_messages import KIND_NUMBERS, KINDS
from trade.industries import industry_codes

_PROSPECTING: Mapping[int, Prospecting] = {
    contract.Prospecting.Value(f"PROSPECTING_{each.value.upper() or 'UNSPECIFIED'}"): each for each in Prospecting
}
_QUALIFICATION: Mapping[int, Qualification] = {
    contract.Qualification.Value(f"QUALIFICATION_{each.value.upper() or 'UNSPECIFIED'}"): each for each in Qualification
}
_NOBODY = UUID(int=0)
# Field of the message → field of the process.
_FIELDS: Mapping[str, str] = {
    "display_name_zh": "name_zh",
    "display_name_en": "name_en",
    "stages": "stages",
    "industries": "industries",
    "is_default": "is_default",
    "closed": "closed",
}


class SalesProcessServicer:
    """Sales processes (销售流程)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts

    async def CreateSalesProcess(
        self, request: contract.CreateSalesProcessRequest, call: Call
    ) -> sales_process_pb2.SalesProcess:
        """Set one up."""
        told = _process_of(request.sales_process)
        answer: sales_process_pb2.SalesProcess = await self._store.write(
            call, request, lambda work: use_cases.create_sales_process(work, told=told), answer=to_message
        )
        return answer

    async def GetSalesProcess(
        self, request: contract.GetSalesProcessRequest, call: Call
    ) -> sales_process_pb2.SalesProcess:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: use_cases.get_sales_process(read, uuid=uuid)))

    async def ListSalesProcesses(
        self, _request: contract.ListSalesProcessesRequest, call: Call
    ) -> contract.ListSalesProcessesResponse:
        """Read all."""
        found = await self._store.read(call, use_cases.list_sales_processes)
        return contract.ListSalesProcessesResponse(sales_processes=[to_message(each) for each in found])

    async def UpdateSalesProcess(
        self, request: contract.UpdateSalesProcessRequest, call: Call
    ) -> sales_process_pb2.SalesProcess:
        """Change the masked fields of one."""
        told = request.sales_process
        uuid = uuid_of(told.name, field="sales_process.name")
        seen = required_version(told.etag, field="sales_process.etag")
        edit = _edit(told, request.update_mask)
        answer: sales_process_pb2.SalesProcess = await self._store.write(
            call,
            request,
            lambda work: use_cases.update_sales_process(work, uuid=uuid, seen=seen, edit=edit),
            answer=to_message,
        )
        return answer

    async def SuggestSalesProcess(
        self, request: contract.SuggestSalesProcessRequest, call: Call
    ) -> contract.SuggestSalesProcessResponse:
        """Propose one."""
        suggestion = use_cases.suggest_sales_process(
            Answers(
                steps=tuple(step.strip() for step in request.present_steps),
                prospecting=_PROSPECTING[request.prospecting],
                qualification=_QUALIFICATION[request.qualification],
                stuck_in=KINDS.get(request.stuck_in),
            )
        )
        proposed = to_message(suggestion.process)
        proposed.ClearField("name")
        proposed.ClearField("etag")
        return contract.SuggestSalesProcessResponse(
            sales_process=proposed, reasons=Wording(self._texts, call.locale).reasons(suggestion.reasons)
        )


def to_message(process: SalesProcess) -> sales_process_pb2.SalesProcess:
    """The process on the wire."""
    return sales_process_pb2.SalesProcess(
        name=named("salesProcesses", process.uuid),
        display_name_zh=process.name_zh,
        display_name_en=process.name_en,
        stages=[_stage_message(stage) for stage in process.stages],
        industries=sorted(process.industries),
        is_default=process.is_default,
        closed=process.closed,
        create_time=instant(process.create_time),
        update_time=instant(process.update_time),
        etag=str(process.version),
    )


def _stage_message(stage: Stage) -> sales_process_pb2.SalesStage:
    wanted: dict[Ask, list[Any]] = {ask: [each.key for each in stage.gate if each.ask is ask] for ask in Ask}
    numbers = {kind.value: number for kind, number in EVIDENCE_NUMBERS.items()}
    return sales_process_pb2.SalesStage(
        key=stage.key,
        display_name_zh=stage.name_zh,
        display_name_en=stage.name_en,
        kind=KIND_NUMBERS[stage.kind],
        probability=stage.probability,
        guidance_zh=stage.guidance_zh,
        guidance_en=stage.guidance_en,
        expected_days=stage.expected_days or 0,
        moves=sorted(stage.moves),
        gate=sales_process_pb2.StageGate(
            evidence=[numbers[key] for key in wanted[Ask.EVIDENCE]],
            fields=wanted[Ask.FIELD],
            linked=wanted[Ask.LINKED],
        ),
    )


def _process_of(message: sales_process_pb2.SalesProcess) -> SalesProcess:
    return SalesProcess(
        uuid=_NOBODY,
        name_zh=message.display_name_zh.strip(),
        name_en=message.display_name_en.strip(),
        stages=tuple(_stage_of(each) for each in message.stages),
        industries=frozenset(industry_codes(message.industries)),
        is_default=message.is_default,
        closed=message.closed,
    )


def _stage_of(message: sales_process_pb2.SalesStage) -> Stage:
    gate = message.gate
    return Stage(
        key=message.key,
        name_zh=message.display_name_zh.strip(),
        name_en=message.display_name_en.strip(),
        kind=KINDS[message.kind],
        probability=message.probability,
        guidance_zh=message.guidance_zh,
        guidance_en=message.guidance_en,
        expected_days=message.expected_days or None,
        moves=frozenset(message.moves),
        gate=asked(
            evidence=[EVIDENCE_KINDS[number].value for number in gate.evidence],
            fields=list(gate.fields),
            linked=list(gate.linked),
        ),
    )


def _edit(message: sales_process_pb2.SalesProcess, mask: FieldMask) -> Callable[[SalesProcess], SalesProcess]:
    """What puts the masked fields over the process that stands; raises InvalidField for another mask."""
    fields = changed_fields(mask, sales_process_pb2.SalesProcess)
    told = _process_of(message) if "stages" in fields else _process_of(_without_stages(message))
    changes: dict[str, Any] = {_FIELDS[field]: getattr(told, _FIELDS[field]) for field in fields}
    return lambda process: replace(process, **changes)


def _without_stages(message: sales_process_pb2.SalesProcess) -> sales_process_pb2.SalesProcess:
    """The message without what is not to be changed, and may be wrong."""
    bare = sales_process_pb2.SalesProcess()
    bare.CopyFrom(message)
    bare.ClearField("stages")
    return bare
