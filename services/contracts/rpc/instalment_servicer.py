"""InstalmentService on the wire."""

from datetime import date
from zoneinfo import ZoneInfo

from millrace.contracts.v1 import instalment_events_pb2, instalment_pb2
from millrace.contracts.v1 import instalment_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import date_message, date_of, instant, money_message, named, seen_version, uuid_of
from chassis.work import Store
from services.contracts.application.instalment_write_off import (
    recover_instalment,
    reschedule_instalment,
    write_off_instalment,
)
from services.contracts.application.instalments import get_instalment, list_instalments
from services.contracts.domain.instalment import Instalment, InstalmentState


class InstalmentServicer:
    """Instalments (回款期次)."""

    def __init__(self, store: Store, *, zone: ZoneInfo, page_key: bytes) -> None:
        """`zone` is the house's, in which days begin; `page_key` seals page tokens."""
        self._store = store
        self._zone = zone
        self._page_key = page_key

    async def GetInstalment(self, request: contract.GetInstalmentRequest, call: Call) -> instalment_pb2.Instalment:
        """Read one."""
        uuid = uuid_of(request.name)
        found = await self._store.read(call, lambda read: get_instalment(read, uuid=uuid))
        return to_message(found, today=self._today(call), locale=call.locale)

    async def ListInstalments(
        self, request: contract.ListInstalmentsRequest, call: Call
    ) -> contract.ListInstalmentsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_instalments(read, wanted=wanted))
        today = self._today(call)
        return contract.ListInstalmentsResponse(
            instalments=[to_message(each, today=today, locale=call.locale) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def WriteOffInstalment(
        self, request: contract.WriteOffInstalmentRequest, call: Call
    ) -> instalment_pb2.Instalment:
        """Give up what is left of one."""
        uuid, seen, comment = uuid_of(request.name), seen_version(request.etag), request.comment.strip()
        today = self._today(call)
        answer: instalment_pb2.Instalment = await self._store.write(
            call,
            request,
            lambda work: write_off_instalment(work, uuid=uuid, seen=seen, comment=comment),
            answer=lambda saved: to_message(saved, today=today, locale=call.locale),
        )
        return answer

    async def RecoverInstalment(
        self, request: contract.RecoverInstalmentRequest, call: Call
    ) -> instalment_pb2.Instalment:
        """Take back that one was given up."""
        uuid, seen, comment = uuid_of(request.name), seen_version(request.etag), request.comment.strip()
        today = self._today(call)
        answer: instalment_pb2.Instalment = await self._store.write(
            call,
            request,
            lambda work: recover_instalment(work, uuid=uuid, seen=seen, comment=comment),
            answer=lambda saved: to_message(saved, today=today, locale=call.locale),
        )
        return answer

    async def RescheduleInstalment(
        self, request: contract.RescheduleInstalmentRequest, call: Call
    ) -> instalment_pb2.Instalment:
        """Move the day of one."""
        uuid, seen, comment = uuid_of(request.name), seen_version(request.etag), request.comment.strip()
        due_date, today = date_of(request.due_date, field="due_date"), self._today(call)
        answer: instalment_pb2.Instalment = await self._store.write(
            call,
            request,
            lambda work: reschedule_instalment(work, uuid=uuid, seen=seen, due_date=due_date, comment=comment),
            answer=lambda saved: to_message(saved, today=today, locale=call.locale),
        )
        return answer

    def _today(self, call: Call) -> date:
        return call.now.astimezone(self._zone).date()


def to_message(instalment: Instalment, *, today: date, locale: str) -> instalment_pb2.Instalment:
    """The instalment on the wire, as it stands today."""
    state = instalment.state(today=today)
    late = (today - instalment.due_date).days if state is InstalmentState.OVERDUE else 0
    return instalment_pb2.Instalment(
        name=instalment.resource,
        contract=named("contracts", instalment.contract),
        opportunity=named("opportunities", instalment.opportunity),
        account=named("accounts", instalment.account),
        owner=named("members", instalment.owner),
        team=named("teams", instalment.team),
        region=named("regions", instalment.region),
        sequence=instalment.sequence,
        display_name=instalment.display_name_zh if locale == "zh" else instalment.display_name_en,
        due_date=date_message(instalment.due_date),
        amount=money_message(instalment.amount),
        paid=money_message(instalment.paid),
        written_off=money_message(instalment.written_off),
        open=money_message(instalment.open),
        state=instalment_events_pb2.InstalmentState.Value(f"INSTALMENT_STATE_{state.name}"),
        days_overdue=late,
        create_time=instant(instalment.create_time),
        update_time=instant(instalment.update_time),
        etag=str(instalment.version),
        comment=instalment.comment,
    )
