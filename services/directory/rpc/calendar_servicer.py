"""CalendarService on the wire."""

from millrace.directory.v1 import calendar_pb2, calendar_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import reference, required_version, uuid_of
from chassis.work import Store
from services.directory.application.calendars import (
    create_calendar,
    get_calendar,
    list_calendars,
    resolve_calendar,
    update_calendar,
)
from services.directory.rpc.calendar_messages import FIELDS, day_messages, details_of, hours_messages, to_message
from services.directory.rpc.editing import edit


class CalendarServicer:
    """Work calendars (工作日历)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateCalendar(
        self, request: calendar_service_pb2.CreateCalendarRequest, call: Call
    ) -> calendar_pb2.Calendar:
        """Add one."""
        team, details = reference(request.calendar.team, field="calendar.team"), details_of(request.calendar)
        answer: calendar_pb2.Calendar = await self._store.write(
            call, request, lambda work: create_calendar(work, team=team, details=details), answer=to_message
        )
        return answer

    async def GetCalendar(self, request: calendar_service_pb2.GetCalendarRequest, call: Call) -> calendar_pb2.Calendar:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_calendar(read, uuid=uuid)))

    async def ListCalendars(
        self, request: calendar_service_pb2.ListCalendarsRequest, call: Call
    ) -> calendar_service_pb2.ListCalendarsResponse:
        """List a page of them."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_calendars(read, wanted=wanted))
        return calendar_service_pb2.ListCalendarsResponse(
            calendars=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateCalendar(
        self, request: calendar_service_pb2.UpdateCalendarRequest, call: Call
    ) -> calendar_pb2.Calendar:
        """Change the masked fields of one."""
        uuid = uuid_of(request.calendar.name, field="calendar.name")
        seen = required_version(request.calendar.etag, field="calendar.etag")
        change = edit(request.calendar, request.update_mask, FIELDS)
        answer: calendar_pb2.Calendar = await self._store.write(
            call, request, lambda work: update_calendar(work, uuid=uuid, seen=seen, edit=change), answer=to_message
        )
        return answer

    async def ResolveCalendar(
        self, request: calendar_service_pb2.ResolveCalendarRequest, call: Call
    ) -> calendar_service_pb2.ResolveCalendarResponse:
        """Tell the days and hours a team works by."""
        team = reference(request.team, field="team")
        details = await self._store.read(call, lambda read: resolve_calendar(read, team=team))
        return calendar_service_pb2.ResolveCalendarResponse(
            special_days=day_messages(details.special_days), working_hours=hours_messages(details.working_hours)
        )
