"""LeadAccessService on the wire."""

from millrace.leads.v1 import lead_access_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.reasons.v1 import reason_pb2

from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.sight import masked_paths, sight_of
from chassis.texts import Texts
from chassis.wire import uuid_of
from chassis.work import Store
from services.leads.application.access import explain_lead_access
from trade.reasons import Reason

_SIGHT = sight_of(lead_pb2.Lead.DESCRIPTOR)


class LeadAccessServicer:
    """Access to leads as it comes out for one member (权限说明)."""

    def __init__(self, store: Store, organization: Organization, texts: Texts) -> None:
        self._store = store
        self._organization = organization
        self._texts = texts

    async def ExplainLeadAccess(
        self, request: contract.ExplainLeadAccessRequest, call: Call
    ) -> contract.ExplainLeadAccessResponse:
        """Tell whether and why a member may do something with a lead."""
        lead, member = uuid_of(request.name), uuid_of(request.member, field="member")
        found = await self._store.read(
            call,
            lambda read: explain_lead_access(
                read, lead=lead, member=member, permission=request.permission, organization=self._organization
            ),
        )
        hidden = masked_paths(_SIGHT, _SIGHT.missing(found.grants))
        return contract.ExplainLeadAccessResponse(
            allowed=found.allowed,
            reasons=[self._reason(reason, call.locale) for reason in found.reasons],
            hidden_fields=[contract.HiddenField(field=field, permission=permission) for field, permission in hidden],
        )

    def _reason(self, reason: Reason, locale: str) -> reason_pb2.Reason:
        worded = dict(reason.parameters)
        if "scope" in worded:
            worded["scope"] = self._texts.render(f"SCOPE_{worded['scope']}", {}, locale)
        text = self._texts.render(reason.code, worded, locale)
        return reason_pb2.Reason(code=reason.code, parameters=dict(reason.parameters), text=text)
