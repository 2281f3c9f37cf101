"""The RuleSetService of every service on the wire: each declares its own, and all are served by this."""

from collections.abc import Mapping

import orjson
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.rules.v1 import rule_set_pb2
from millrace.rules.v1 import rule_set_requests_pb2 as contract

from chassis.rpc.call import Call
from chassis.rule_sets.rule_set import RuleSet
from chassis.rule_sets.storage import RuleSets, stored_rule_sets, update_rule_set
from chassis.wire import instant, required_version
from chassis.work import Store


class RuleSetServicer:
    """The rules of one service (规则集)."""

    def __init__(self, store: Store, rule_sets: RuleSets) -> None:
        self._store = store
        self._rule_sets = rule_sets

    async def GetRuleSet(self, request: contract.GetRuleSetRequest, call: Call) -> rule_set_pb2.RuleSet:
        """Read one."""
        kind = self._rule_sets.kind(_key(request.name))
        stored = await self._store.read(call, lambda read: stored_rule_sets(read, self._rule_sets))
        return self._to_message(stored[kind.key])

    async def ListRuleSets(self, _request: contract.ListRuleSetsRequest, call: Call) -> contract.ListRuleSetsResponse:
        """Read all."""
        stored = await self._store.read(call, lambda read: stored_rule_sets(read, self._rule_sets))
        return contract.ListRuleSetsResponse(rule_sets=[self._to_message(each) for each in stored.values()])

    async def UpdateRuleSet(self, request: contract.UpdateRuleSetRequest, call: Call) -> rule_set_pb2.RuleSet:
        """Put a new body in force."""
        wanted = request.rule_set
        key, seen = _key(wanted.name), required_version(wanted.etag, field="rule_set.etag")
        body = MessageToDict(wanted.body)
        answer: rule_set_pb2.RuleSet = await self._store.write(
            call,
            request,
            lambda work: update_rule_set(work, self._rule_sets, key=key, seen=seen, body=body),
            answer=self._to_message,
        )
        return answer

    def _to_message(self, rules: RuleSet) -> rule_set_pb2.RuleSet:
        return rule_set_pb2.RuleSet(
            name=f"{self._rule_sets.collection}/{rules.kind}",
            body=body_message(rules.body),
            author=rules.author,
            update_time=instant(rules.update_time),
            etag=str(rules.version),
        )


def body_message(body: Mapping[str, object]) -> Struct:
    """A body on the wire; exact numbers go as texts."""
    plain = orjson.loads(orjson.dumps(dict(body), default=str))
    return ParseDict(plain, Struct())


def _key(name: str) -> str:
    return name.rpartition("/")[2]
