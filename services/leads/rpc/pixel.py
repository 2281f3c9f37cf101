"""The picture that counts who saw it."""

import base64
from collections.abc import AsyncIterator
from uuid import UUID

from google.api.httpbody_pb2 import HttpBody
from millrace.leads.v1 import lead_behaviour_service_pb2 as contract

from chassis.jobs import carry_out
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.wire import uuid_of
from chassis.work import Store
from services.leads.application.behaviours import ToldBehaviour, tell_behaviours
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.application.reading import get_lead
from services.leads.domain.behaviours import BehaviourKind
from services.leads.domain.lead import LeadNotFound
from services.leads.domain.visitors import lead_of_visitor, visitor_token
from services.leads.rpc.behaviour_messages import KINDS

# A transparent GIF of one point.
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_SENDER = Principal(subject="pixel", grants={WRITE: Scope.ALL})
_MINUTE = 60


class Pixels:
    """Pictures for visitors (像素), and the tokens they are known by."""

    def __init__(self, store: Store, desk: IntakeDesk, *, key: bytes) -> None:
        """`key` seals the tokens of visitors."""
        self._store = store
        self._desk = desk
        self._key = key

    async def show(self, request: contract.ShowLeadPixelRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Show the picture; who has no valid token sees the same."""
        lead = lead_of_visitor(self._key, request.visitor)
        if lead is not None:
            await self._count(lead, request, call)
        yield HttpBody(content_type="image/gif", data=PICTURE)

    async def visitor(self, request: contract.GetLeadVisitorRequest, call: Call) -> contract.LeadVisitor:
        """Read the token of a lead."""
        lead = uuid_of(request.name.rpartition("/")[0], field="name")
        await self._store.read(call, lambda read: get_lead(read, uuid=lead))
        token = visitor_token(self._key, lead)
        return contract.LeadVisitor(name=request.name, token=token, pixel_path=f"/v1/pixels/{token}")

    async def _count(self, lead: UUID, request: contract.ShowLeadPixelRequest, call: Call) -> None:
        """One of a kind a minute: a picture that is loaded again, by whomever, is no second visit."""
        kind = KINDS.get(request.kind, BehaviourKind.PAGE_VISIT)
        told = ToldBehaviour(
            lead=lead,
            kind=kind,
            time=call.now,
            asset=request.asset,
            campaign=None,
            event_id=f"{lead}/{kind.value}/{int(call.now.timestamp()) // _MINUTE}",
        )
        try:
            await carry_out(
                self._store,
                _SENDER,
                action=call.method,
                use_case=lambda work: tell_behaviours(work, told=[told], desk=self._desk),
            )
        except LeadNotFound:  # a token of an installation that was put back to an earlier state
            return
