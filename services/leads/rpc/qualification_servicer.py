"""LeadQualificationService on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from google.protobuf.message import Message
from millrace.leads.v1 import lead_pb2, lead_qualification_pb2
from millrace.leads.v1 import lead_qualification_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import put_instant, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.leads.application.intake import IntakeDesk
from services.leads.application.qualifying import (
    Said,
    ShownChecklist,
    answer_checklist,
    disqualify_lead,
    offered_reasons,
    qualify_lead,
    reopen_lead,
    show_checklist,
)
from services.leads.domain.lead import Lead
from services.leads.domain.qualifying import ItemStanding
from services.leads.rpc.lead_messages import to_message

_SAID: Mapping[int, bool | None] = {
    lead_qualification_pb2.LEAD_CHECKLIST_STANDING_UNSPECIFIED: None,
    lead_qualification_pb2.LEAD_CHECKLIST_STANDING_MET: True,
    lead_qualification_pb2.LEAD_CHECKLIST_STANDING_NOT_MET: False,
}
_STANDINGS: Mapping[bool | None, Any] = {said: number for number, said in _SAID.items()}
_ENDING = "/checklist"


class LeadQualificationServicer:
    """The qualification of leads (线索甄别)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts) -> None:
        self._store = store
        self._desk = desk
        self._texts = texts

    async def GetLeadChecklist(
        self, request: contract.GetLeadChecklistRequest, call: Call
    ) -> lead_qualification_pb2.LeadChecklist:
        """Read one."""
        uuid = uuid_of(request.name.removesuffix(_ENDING))
        shown = await self._store.read(call, lambda read: show_checklist(read, uuid=uuid, desk=self._desk))
        return checklist_message(shown, call.locale)

    async def AnswerLeadChecklist(
        self, request: contract.AnswerLeadChecklistRequest, call: Call
    ) -> lead_qualification_pb2.LeadChecklist:
        """Keep what somebody says."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        said = {each.item: Said(met=_SAID[each.standing], note=each.note.strip()) for each in request.answers}
        answer: lead_qualification_pb2.LeadChecklist = await self._store.write(
            call,
            request,
            lambda work: answer_checklist(work, uuid=uuid, seen=seen, said=said, desk=self._desk),
            answer=lambda shown: checklist_message(shown, call.locale),
        )
        return answer

    async def QualifyLead(self, request: contract.QualifyLeadRequest, call: Call) -> lead_pb2.Lead:
        """Judge one worth selling to."""
        uuid, seen, note = uuid_of(request.name), seen_version(request.etag), request.note.strip()
        return await self._judged(
            call, request, lambda work: qualify_lead(work, uuid=uuid, seen=seen, note=note, desk=self._desk)
        )

    async def DisqualifyLead(self, request: contract.DisqualifyLeadRequest, call: Call) -> lead_pb2.Lead:
        """Judge one not worth selling to."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        code, note = request.reason, request.note.strip()
        return await self._judged(
            call,
            request,
            lambda work: disqualify_lead(work, uuid=uuid, seen=seen, code=code, note=note, desk=self._desk),
        )

    async def ReopenLead(self, request: contract.ReopenLeadRequest, call: Call) -> lead_pb2.Lead:
        """Have one worked again."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._judged(call, request, lambda work: reopen_lead(work, uuid=uuid, seen=seen, desk=self._desk))

    async def ListLeadDisqualifyReasons(
        self, _request: contract.ListLeadDisqualifyReasonsRequest, call: Call
    ) -> contract.ListLeadDisqualifyReasonsResponse:
        """Read the reasons there are."""
        reasons = await self._store.read(call, lambda read: offered_reasons(read, desk=self._desk))
        return contract.ListLeadDisqualifyReasonsResponse(
            reasons=[
                contract.LeadDisqualifyReason(
                    reason=each.code, display_name=_called(each.title, each.title_en, call.locale)
                )
                for each in reasons
            ]
        )

    async def _judged(
        self, call: Call, request: Message, use_case: Callable[[UnitOfWork], Awaitable[Lead]]
    ) -> lead_pb2.Lead:
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call, request, use_case, answer=lambda lead: to_message(lead, wording)
        )
        return answer


def checklist_message(shown: ShownChecklist, locale: str) -> lead_qualification_pb2.LeadChecklist:
    """The checklist in the reader's language; where something is withheld, what follows from all items is too."""
    checklist = shown.checklist
    message = lead_qualification_pb2.LeadChecklist(
        name=f"leads/{shown.lead.uuid}{_ENDING}",
        items=[_item(each, locale, withheld=each.item.code in shown.withheld) for each in checklist.items],
        qualified_from=checklist.qualified_from,
        etag=str(shown.lead.version),
    )
    if not shown.withheld:
        message.percent = checklist.percent
        message.fits = checklist.fits
    return message


def _item(standing: ItemStanding, locale: str, *, withheld: bool) -> lead_qualification_pb2.LeadChecklistItem:
    item, answer = standing.item, standing.answer
    message = lead_qualification_pb2.LeadChecklistItem(
        item=item.code,
        display_name=_called(item.title, item.title_en, locale),
        weight=item.weight,
        must=item.must,
        standing=lead_qualification_pb2.LEAD_CHECKLIST_STANDING_WITHHELD if withheld else _STANDINGS[standing.met],
        by_facts=not withheld and answer is None and standing.met is not None,
    )
    if answer is not None:
        message.note = answer.note
        message.author = answer.author
        message.author_display_name = answer.author_name
        put_instant(message.time, answer.time)
    return message


def _called(title: str, title_en: str, locale: str) -> str:
    """What people call it in the reader's language; in Chinese where there is no English title."""
    return title_en if locale == "en" and title_en else title
