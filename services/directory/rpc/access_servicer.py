"""AccessService on the wire."""

from millrace.directory.v1 import access_service_pb2, role_pb2
from millrace.reasons.v1 import reason_pb2

from chassis.rpc.call import Call
from chassis.texts import Texts
from chassis.wire import reference, uuid_of
from chassis.work import Store
from services.directory.application.access import calling_member, explain_access
from services.directory.domain.access import AccessReason, FieldSight, RecordOwnership
from services.directory.domain.role import meaning_of
from services.directory.rpc import member_messages
from services.directory.rpc.role_messages import grant_messages


class AccessServicer:
    """Permissions as they come out for one member (权限)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts

    async def ExplainAccess(
        self, request: access_service_pb2.ExplainAccessRequest, call: Call
    ) -> access_service_pb2.ExplainAccessResponse:
        """Tell whether and why a member may do something."""
        member = uuid_of(request.member, field="member")
        record = _record_of(request.record) if request.HasField("record") else None
        found = await self._store.read(
            call, lambda read: explain_access(read, member=member, permission=request.permission, record=record)
        )
        return access_service_pb2.ExplainAccessResponse(
            allowed=found.allowed,
            scope=role_pb2.Scope.ValueType(found.reach or 0),
            reasons=[self._reason(reason, call.locale) for reason in found.reasons],
            field_sights=[self._sight(sight, call.locale) for sight in found.sights],
        )

    async def GetMyAccess(
        self, request: access_service_pb2.GetMyAccessRequest, call: Call
    ) -> access_service_pb2.GetMyAccessResponse:
        """Tell who the caller is and what the caller may do."""
        del request
        member = await self._store.read(call, calling_member)
        return access_service_pb2.GetMyAccessResponse(
            member=member_messages.to_message(member) if member else None,
            subject=call.principal.subject,
            grants=grant_messages(call.principal.grants),
        )

    def _sight(self, sight: FieldSight, locale: str) -> access_service_pb2.FieldSight:
        return access_service_pb2.FieldSight(
            permission=sight.permission,
            shown=sight.shown,
            description=self._texts.render(meaning_of(sight.permission), {}, locale),
            roles=sight.roles,
        )

    def _reason(self, reason: AccessReason, locale: str) -> reason_pb2.Reason:
        worded = {**reason.parameters}
        if "scope" in worded:
            worded["scope"] = self._texts.render(f"SCOPE_{worded['scope']}", {}, locale)
        text = self._texts.render(reason.code, worded, locale)
        return reason_pb2.Reason(code=reason.code, parameters=reason.parameters, text=text)


def _record_of(record: access_service_pb2.ScopedRecord) -> RecordOwnership:
    return RecordOwnership(
        owner=reference(record.owner, field="record.owner"),
        team=reference(record.team, field="record.team"),
        region=reference(record.region, field="record.region"),
    )
