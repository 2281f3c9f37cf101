"""Values of other services' messages in our words. What cannot be is left out: no figure is worth a halt."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from chassis.consumer import Event
from kernel.money import minor_digits
from services.analytics.domain.facts import NOBODY

_EPOCH = datetime.fromtimestamp(0, UTC)
_QUARTER = 900  # seconds
_NANOS_DIGITS = 9
_LARGEST = 2**53  # as for every amount of the product; what is larger is none


@lru_cache(maxsize=100_000)
def reference(name: str) -> UUID:
    """The id of a resource that many events name; the zero id for none."""
    return UUID(name.rpartition("/")[2]) if name else NOBODY


def instant(told: Timestamp) -> datetime | None:
    """The instant; None where none is told."""
    seconds = told.seconds
    return _EPOCH + timedelta(0, seconds, told.nanos // 1000) if seconds else None


def day_of(time: datetime, zone: tzinfo) -> date:
    """The business day of an instant."""
    return _day(int(time.timestamp() // _QUARTER), zone)


def day_told(told: Timestamp, zone: tzinfo) -> date | None:
    """The business day of an instant; None where none is told."""
    seconds = told.seconds
    return _day(seconds // _QUARTER, zone) if seconds else None


@lru_cache(maxsize=100_000)
def _day(quarter: int, zone: tzinfo) -> date:
    """The day of a quarter of an hour: in no zone of today does another begin within it. Events are about few."""
    return (_EPOCH + timedelta(0, quarter * _QUARTER)).astimezone(zone).date()


def calendar_day(told: Date) -> date | None:
    """The day; None for one no calendar has."""
    try:
        return date(told.year, told.month, told.day)
    except (ValueError, OverflowError):
        return None


def amount(told: Money) -> tuple[int, str]:
    """Minor units and currency; nothing where no amount is told."""
    currency = told.currency_code
    if not currency:
        return 0, ""
    digits = minor_digits(currency)
    minor = told.units * 10**digits + told.nanos // 10 ** (_NANOS_DIGITS - digits)
    return (minor, currency) if -_LARGEST < minor < _LARGEST else (0, "")


def identity(event: Event) -> UUID:
    """The id of the aggregate an event is about."""
    return reference(event.aggregate)
