"""NurturingProgrammeService on the wire."""

from collections.abc import Callable
from dataclasses import replace

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import nurturing_programme_pb2
from millrace.leads.v1 import nurturing_programme_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.wire import changed_fields, put_instant, required_version, seen_version, uuid_of
from chassis.work import Store
from services.leads.application.nurturing.looking import preview_step, read_funnel, rehearse_programme
from services.leads.application.nurturing.programmes import (
    Draft,
    activate_programme,
    create_programme,
    get_programme,
    list_programmes,
    pause_programme,
    update_programme,
)
from services.leads.application.nurturing.sweeping import Nursery
from services.leads.domain.nurturing.programme import Programme
from services.leads.rpc.nurturing_messages import funnel_message, rehearsal_message
from services.leads.rpc.programme_messages import CONTENT_FIELDS, content_of, obstacles, to_message


class NurturingProgrammeServicer:
    """Content programmes (培育计划)."""

    def __init__(self, store: Store, nursery: Nursery, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._nursery = nursery
        self._page_key = page_key

    async def CreateNurturingProgramme(
        self, request: contract.CreateNurturingProgrammeRequest, call: Call
    ) -> nurturing_programme_pb2.NurturingProgramme:
        """Make one."""
        told = request.nurturing_programme
        draft = Draft(display_name=told.display_name.strip(), content=content_of(told))
        answer: nurturing_programme_pb2.NurturingProgramme = await self._store.write(
            call, request, lambda work: create_programme(work, draft=draft), answer=self._shown(call)
        )
        return answer

    async def GetNurturingProgramme(
        self, request: contract.GetNurturingProgrammeRequest, call: Call
    ) -> nurturing_programme_pb2.NurturingProgramme:
        """Read one."""
        uuid = uuid_of(request.name)
        return self._shown(call)(await self._store.read(call, lambda read: get_programme(read, uuid=uuid)))

    async def ListNurturingProgrammes(
        self, request: contract.ListNurturingProgrammesRequest, call: Call
    ) -> contract.ListNurturingProgrammesResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_programmes(read, wanted=wanted))
        return contract.ListNurturingProgrammesResponse(
            nurturing_programmes=map(self._shown(call), page.items),
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateNurturingProgramme(
        self, request: contract.UpdateNurturingProgrammeRequest, call: Call
    ) -> nurturing_programme_pb2.NurturingProgramme:
        """Change the masked fields of one."""
        told = request.nurturing_programme
        uuid = uuid_of(told.name, field="nurturing_programme.name")
        seen = required_version(told.etag, field="nurturing_programme.etag")
        edit = _edit(told, request.update_mask)
        answer: nurturing_programme_pb2.NurturingProgramme = await self._store.write(
            call,
            request,
            lambda work: update_programme(work, uuid=uuid, seen=seen, edit=edit),
            answer=self._shown(call),
        )
        return answer

    async def ActivateNurturingProgramme(
        self, request: contract.ActivateNurturingProgrammeRequest, call: Call
    ) -> nurturing_programme_pb2.NurturingProgramme:
        """Let one run."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: nurturing_programme_pb2.NurturingProgramme = await self._store.write(
            call, request, lambda work: activate_programme(work, uuid=uuid, seen=seen), answer=self._shown(call)
        )
        return answer

    async def PauseNurturingProgramme(
        self, request: contract.PauseNurturingProgrammeRequest, call: Call
    ) -> nurturing_programme_pb2.NurturingProgramme:
        """Let one stand still."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: nurturing_programme_pb2.NurturingProgramme = await self._store.write(
            call, request, lambda work: pause_programme(work, uuid=uuid, seen=seen), answer=self._shown(call)
        )
        return answer

    async def PreviewNurturingStep(
        self, request: contract.PreviewNurturingStepRequest, call: Call
    ) -> contract.PreviewNurturingStepResponse:
        """Show a step as a lead would get it."""
        programme, lead = uuid_of(request.name), uuid_of(request.lead, field="lead")
        desk, mail = self._nursery.desk, self._nursery.mail
        preview = await self._store.read(
            call,
            lambda read: preview_step(read, programme=programme, number=request.step, lead=lead, desk=desk, mail=mail),
        )
        message = contract.PreviewNurturingStepResponse(
            subject=preview.written.subject,
            text=preview.written.text,
            html=preview.written.html,
            reasons=self._words(call).reasons(preview.reasons),
        )
        put_instant(message.send_time, preview.time)
        return message

    async def RehearseNurturingProgramme(
        self, request: contract.RehearseNurturingProgrammeRequest, call: Call
    ) -> contract.RehearseNurturingProgrammeResponse:
        """Count who would enter."""
        uuid = uuid_of(request.name)
        rehearsal = await self._store.read(call, lambda read: rehearse_programme(read, uuid=uuid))
        return rehearsal_message(rehearsal, self._words(call))

    async def GetNurturingFunnel(
        self, request: contract.GetNurturingFunnelRequest, call: Call
    ) -> contract.NurturingFunnel:
        """Read what came of one."""
        uuid = uuid_of(request.name.rpartition("/")[0], field="name")
        funnel = await self._store.read(call, lambda read: read_funnel(read, uuid=uuid))
        return funnel_message(funnel, self._words(call))

    def _words(self, call: Call) -> Wording:
        return Wording(self._nursery.mail.texts, call.locale)

    def _shown(self, call: Call) -> Callable[[Programme], nurturing_programme_pb2.NurturingProgramme]:
        """The programme with what is in its way, in the reader's language."""
        words, set_up = self._words(call), self._nursery.mail.settings.is_set_up

        def show(programme: Programme) -> nurturing_programme_pb2.NurturingProgramme:
            message = to_message(programme)
            message.obstacles.extend(words.reasons(obstacles(programme, mail_set_up=set_up)))
            return message

        return show


def _edit(message: nurturing_programme_pb2.NurturingProgramme, mask: FieldMask) -> Callable[[Draft], Draft]:
    fields = changed_fields(mask, nurturing_programme_pb2.NurturingProgramme)
    changes = {name: read(message) for name, read in (CONTENT_FIELDS[each] for each in fields - {"display_name"})}

    def edit(draft: Draft) -> Draft:
        name = message.display_name.strip() if "display_name" in fields else draft.display_name
        return Draft(display_name=name, content=replace(draft.content, **changes))

    return edit
