"""Work calendars between the wire and the domain."""

from collections.abc import Sequence

from google.type import dayofweek_pb2
from millrace.directory.v1 import calendar_pb2

from chassis.wire import date_message, date_of, named
from services.directory.domain.calendar import Calendar, CalendarDetails
from services.directory.rpc.editing import Fields, read_all
from trade.holidays import SpecialDay
from trade.work_calendar import Hours

FIELDS: Fields = {
    "special_days": lambda calendar: tuple(_day_of(day) for day in calendar.special_days),
    "working_hours": lambda calendar: tuple(_hours_of(hours) for hours in calendar.working_hours),
}


def details_of(calendar: calendar_pb2.Calendar) -> CalendarDetails:
    """What the message says of a new calendar; raises InvalidField for a day no calendar has."""
    return CalendarDetails(**read_all(calendar, FIELDS))


def to_message(calendar: Calendar) -> calendar_pb2.Calendar:
    """The calendar on the wire."""
    message = calendar_pb2.Calendar(
        name=calendar.name,
        team=named("teams", calendar.team),
        special_days=day_messages(calendar.details.special_days),
        working_hours=hours_messages(calendar.details.working_hours),
        etag=str(calendar.version),
    )
    message.create_time.FromDatetime(calendar.created_at)
    message.update_time.FromDatetime(calendar.updated_at)
    return message


def day_messages(days: Sequence[SpecialDay]) -> list[calendar_pb2.SpecialDay]:
    """Special days on the wire."""
    return [
        calendar_pb2.SpecialDay(
            date=date_message(each.day),
            working=each.working,
            display_name=each.name,
        )
        for each in days
    ]


def hours_messages(hours: Sequence[Hours]) -> list[calendar_pb2.WorkingHours]:
    """Working hours on the wire; both sides count weekdays from 1 for Monday."""
    return [
        calendar_pb2.WorkingHours(
            weekday=dayofweek_pb2.DayOfWeek.Name(each.weekday),
            start_minute=each.start_minute,
            end_minute=each.end_minute,
        )
        for each in hours
    ]


def _day_of(message: calendar_pb2.SpecialDay) -> SpecialDay:
    day = date_of(message.date, field="calendar.special_days")
    return SpecialDay(day=day, working=message.working, name=message.display_name.strip())


def _hours_of(message: calendar_pb2.WorkingHours) -> Hours:
    return Hours(weekday=int(message.weekday), start_minute=message.start_minute, end_minute=message.end_minute)
