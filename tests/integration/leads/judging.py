"""Leads judged by hand, and the rules of judging edited."""

from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1 import lead_qualification_pb2 as record
from millrace.leads.v1 import lead_qualification_service_pb2 as contract
from millrace.leads.v1.lead_qualification_service_pb2_grpc import LeadQualificationServiceStub
from millrace.leads.v1.lead_rule_set_pb2 import LeadRuleSet
from millrace.leads.v1.lead_rule_set_service_pb2 import GetLeadRuleSetRequest, UpdateLeadRuleSetRequest
from millrace.leads.v1.lead_rule_set_service_pb2_grpc import LeadRuleSetServiceStub

from tests.integration.leads.conftest import LeadsHouse
from tests.support.serving import Caller

MET, NOT_MET = record.LEAD_CHECKLIST_STANDING_MET, record.LEAD_CHECKLIST_STANDING_NOT_MET
UNSAID, WITHHELD = record.LEAD_CHECKLIST_STANDING_UNSPECIFIED, record.LEAD_CHECKLIST_STANDING_WITHHELD


class Judging:
    """Whoever judges leads, by default somebody who may do everything everywhere."""

    def __init__(self, house: LeadsHouse) -> None:
        self.house = house
        self.stub: Any = LeadQualificationServiceStub(house.channel)

    async def checklist(self, lead: lead_pb2.Lead, caller: Caller | None = None) -> record.LeadChecklist:
        request = contract.GetLeadChecklistRequest(name=f"{lead.name}/checklist")
        found: record.LeadChecklist = await self.stub.GetLeadChecklist(request, **(caller or self.house.boss))
        return found

    async def say(self, lead: lead_pb2.Lead, item: str, standing: Any = MET, **more: Any) -> record.LeadChecklist:
        answer = contract.LeadChecklistAnswer(item=item, standing=standing, note=more.pop("note", ""))
        request = contract.AnswerLeadChecklistRequest(name=lead.name, answers=[answer], **more)
        told: record.LeadChecklist = await self.stub.AnswerLeadChecklist(request, **self.house.boss)
        return told

    async def qualify(self, lead: lead_pb2.Lead, **more: Any) -> lead_pb2.Lead:
        request = contract.QualifyLeadRequest(name=lead.name, **more)
        judged: lead_pb2.Lead = await self.stub.QualifyLead(request, **self.house.boss)
        return judged

    async def disqualify(
        self, lead: lead_pb2.Lead, reason: str = "NO_NEED", caller: Caller | None = None, **more: Any
    ) -> lead_pb2.Lead:
        request = contract.DisqualifyLeadRequest(name=lead.name, reason=reason, **more)
        judged: lead_pb2.Lead = await self.stub.DisqualifyLead(request, **(caller or self.house.boss))
        return judged

    async def reopen(self, lead: lead_pb2.Lead, **more: Any) -> lead_pb2.Lead:
        request = contract.ReopenLeadRequest(name=lead.name, **more)
        opened: lead_pb2.Lead = await self.stub.ReopenLead(request, **self.house.boss)
        return opened

    async def edit(self, **changed: Any) -> None:
        """Put other rules in force."""
        stub: Any = LeadRuleSetServiceStub(self.house.channel)
        known = await stub.GetLeadRuleSet(GetLeadRuleSetRequest(name="leadRuleSets/qualification"), **self.house.boss)
        body = ParseDict(MessageToDict(known.body) | changed, Struct())
        rules = LeadRuleSet(name=known.name, etag=known.etag, body=body)
        await stub.UpdateLeadRuleSet(UpdateLeadRuleSetRequest(lead_rule_set=rules), **self.house.boss)
