"""LeadRuleSetService on the wire."""

from dataclasses import dataclass

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_rule_set_pb2
from millrace.leads.v1 import lead_rule_set_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import required_version
from chassis.work import Store
from kernel.errors import Kind, Refusal
from services.leads.application.rules import get_rule_set, list_rule_sets, update_rule_set
from services.leads.domain.rule_sets import RuleKind, RuleSet


@dataclass(kw_only=True)
class RuleSetNotFound(Refusal):
    """There is no rule set of this name."""

    kind = Kind.NOT_FOUND
    reason = "RULE_SET_NOT_FOUND"

    rule_set: str


class LeadRuleSetServicer:
    """The rules of leads (规则集)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def GetLeadRuleSet(
        self, request: contract.GetLeadRuleSetRequest, call: Call
    ) -> lead_rule_set_pb2.LeadRuleSet:
        """Read one."""
        kind = _kind(request.name)
        return to_message(await self._store.read(call, lambda read: get_rule_set(read, kind=kind)))

    async def ListLeadRuleSets(
        self, _request: contract.ListLeadRuleSetsRequest, call: Call
    ) -> contract.ListLeadRuleSetsResponse:
        """Read all."""
        rules = await self._store.read(call, list_rule_sets)
        return contract.ListLeadRuleSetsResponse(lead_rule_sets=[to_message(each) for each in rules])

    async def UpdateLeadRuleSet(
        self, request: contract.UpdateLeadRuleSetRequest, call: Call
    ) -> lead_rule_set_pb2.LeadRuleSet:
        """Put a new body in force."""
        wanted = request.lead_rule_set
        kind = _kind(wanted.name)
        seen = required_version(wanted.etag, field="lead_rule_set.etag")
        body = MessageToDict(wanted.body)
        answer: lead_rule_set_pb2.LeadRuleSet = await self._store.write(
            call, request, lambda work: update_rule_set(work, kind=kind, seen=seen, body=body), answer=to_message
        )
        return answer


def to_message(rules: RuleSet) -> lead_rule_set_pb2.LeadRuleSet:
    """The rule set on the wire."""
    body = ParseDict(dict(rules.body), Struct())
    message = lead_rule_set_pb2.LeadRuleSet(
        name=f"leadRuleSets/{rules.kind.value}", body=body, author=rules.author, etag=str(rules.version)
    )
    if rules.update_time:
        message.update_time.FromDatetime(rules.update_time)
    return message


def _kind(name: str) -> RuleKind:
    try:
        return RuleKind(name.rpartition("/")[2])
    except ValueError:
        raise RuleSetNotFound(rule_set=name) from None
