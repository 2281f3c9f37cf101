"""LeadRuleSetService on the wire."""

from dataclasses import dataclass

from google.protobuf.json_format import MessageToDict
from millrace.leads.v1 import lead_rule_set_pb2
from millrace.leads.v1 import lead_rule_set_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rule_sets import RuleSet, stored_rule_sets, update_rule_set
from chassis.rule_sets.servicer import body_message
from chassis.wire import instant, required_version
from chassis.work import Store
from kernel.errors import Kind, Refusal
from services.leads.application.rule_kinds import RULE_SETS


@dataclass(kw_only=True)
class RuleSetNotFound(Refusal):
    """There is no rule set of this name."""

    kind = Kind.NOT_FOUND
    reason = "RULE_SET_NOT_FOUND"

    rule_set: str


class LeadRuleSetServicer:
    """The rules of leads (规则集); their contract is older than that of the chassis."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def GetLeadRuleSet(
        self, request: contract.GetLeadRuleSetRequest, call: Call
    ) -> lead_rule_set_pb2.LeadRuleSet:
        """Read one."""
        key = _key(request.name)
        stored = await self._store.read(call, lambda read: stored_rule_sets(read, RULE_SETS))
        return to_message(stored[key])

    async def ListLeadRuleSets(
        self, _request: contract.ListLeadRuleSetsRequest, call: Call
    ) -> contract.ListLeadRuleSetsResponse:
        """Read all."""
        stored = await self._store.read(call, lambda read: stored_rule_sets(read, RULE_SETS))
        return contract.ListLeadRuleSetsResponse(lead_rule_sets=[to_message(each) for each in stored.values()])

    async def UpdateLeadRuleSet(
        self, request: contract.UpdateLeadRuleSetRequest, call: Call
    ) -> lead_rule_set_pb2.LeadRuleSet:
        """Put a new body in force."""
        wanted = request.lead_rule_set
        key, seen = _key(wanted.name), required_version(wanted.etag, field="lead_rule_set.etag")
        body = MessageToDict(wanted.body)
        answer: lead_rule_set_pb2.LeadRuleSet = await self._store.write(
            call,
            request,
            lambda work: update_rule_set(work, RULE_SETS, key=key, seen=seen, body=body),
            answer=to_message,
        )
        return answer


def to_message(rules: RuleSet) -> lead_rule_set_pb2.LeadRuleSet:
    """The rule set on the wire."""
    return lead_rule_set_pb2.LeadRuleSet(
        name=f"leadRuleSets/{rules.kind}",
        body=body_message(rules.body),
        author=rules.author,
        update_time=instant(rules.update_time),
        etag=str(rules.version),
    )


def _key(name: str) -> str:
    key = name.rpartition("/")[2]
    if key not in {kind.key for kind in RULE_SETS.kinds}:
        raise RuleSetNotFound(rule_set=name)
    return key
