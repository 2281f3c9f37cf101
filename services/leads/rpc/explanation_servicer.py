"""LeadExplanationService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_explanation_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, put_instant, uuid_of
from chassis.work import Store
from services.leads.application.explanation import Explanation, explain_lead
from services.leads.application.intake import IntakeDesk
from services.leads.domain.explanation import Chapter, Stage, Subject

_SUBJECTS: Mapping[Subject, Any] = {
    subject: contract.LeadExplanationSubject.Value(f"LEAD_EXPLANATION_SUBJECT_{subject.name}") for subject in Subject
}


class LeadExplanationServicer:
    """Why a lead is what it is (线索说明)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts) -> None:
        self._store = store
        self._desk = desk
        self._texts = texts

    async def ExplainLead(self, request: contract.ExplainLeadRequest, call: Call) -> contract.LeadExplanation:
        """Tell every decision about one, in the reader's language."""
        uuid = uuid_of(request.name)
        told = await self._store.read(call, lambda read: explain_lead(read, uuid=uuid, desk=self._desk))
        return _message(told, Wording(self._texts, call.locale))


def _message(told: Explanation, wording: Wording) -> contract.LeadExplanation:
    message = contract.LeadExplanation(
        name=named("leads", told.lead.uuid),
        company_name=told.lead.facts.company_name,
        chapters=[_chapter(chapter, wording) for chapter in told.chapters],
    )
    put_instant(message.explain_time, told.time)
    return message


def _chapter(chapter: Chapter, wording: Wording) -> contract.LeadExplanationChapter:
    (conclusion,) = wording.reasons([chapter.conclusion])
    return contract.LeadExplanationChapter(
        subject=_SUBJECTS[chapter.subject],
        conclusion=conclusion,
        reasons=wording.reasons(chapter.reasons),
        stages=[_stage(stage, wording) for stage in chapter.stages],
    )


def _stage(stage: Stage, wording: Wording) -> contract.LeadExplanationStage:
    (told,) = wording.reasons([stage.told])
    message = contract.LeadExplanationStage(told=told, reasons=wording.reasons(stage.reasons))
    if stage.time is not None:
        put_instant(message.time, stage.time)
    return message
