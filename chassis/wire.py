"""Names, versions, amounts, days and instants, between messages and the domain."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, overload
from uuid import UUID

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money as MoneyMessage

from kernel.errors import FieldMissing, FieldNotDate, InvalidField
from kernel.money import CURRENCIES, Money, minor_digits

_NANOS_DIGITS = 9
_LARGEST_MINOR = 2**53  # what JSON numbers still tell apart
_LONGEST_VERSION = 18  # digits that fit a bigint
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400  # seconds
# How a contract marks what the service fills, and what besides stays as it was created.
E = TypeVar("E", bound=Enum)
SERVICE_OWNED = frozenset({field_behavior_pb2.OUTPUT_ONLY, field_behavior_pb2.IDENTIFIER})
FIXED = SERVICE_OWNED | {field_behavior_pb2.IMMUTABLE}
_PLAIN_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")


def uuid_of(name: str, *, field: str = "name") -> UUID:
    """The id in a resource name such as "leads/018f…"; raises FieldMissing and NameUnfit."""
    try:
        return UUID(name.rpartition("/")[2])
    except ValueError:
        raise NameUnfit(field=field, name=name) if name else FieldMissing(field=field) from None


def reference(name: str, *, field: str, collection: str = "") -> UUID | None:
    """The id in a reference, None where it is empty.

    Raises InvalidField, or ReferenceUnfit where the `collection` is told that somebody's name must be of.
    """
    if not name:
        return None
    if not collection:
        return uuid_of(name, field=field)
    try:
        return uuid_of(name if name.startswith(f"{collection}/") else "", field=field)
    except InvalidField:
        raise ReferenceUnfit(field=field, collection=collection) from None


def named(collection: str, uuid: UUID | None) -> str:
    """The resource name; empty for nothing."""
    return f"{collection}/{uuid}" if uuid else ""


def seen_version(etag: str, *, field: str = "etag") -> int | None:
    """The version the caller saw, None where he does not say; raises EtagUnfit."""
    return required_version(etag, field=field) if etag else None


def required_version(etag: str, *, field: str) -> int:
    """The version the caller must have seen to update a resource; raises FieldMissing and EtagUnfit."""
    if not etag:
        raise FieldMissing(field=field)
    if not etag.isdecimal() or len(etag) > _LONGEST_VERSION:
        raise EtagUnfit(field=field)
    return int(etag)


@dataclass(eq=False, kw_only=True)
class MaskPathUnfit(InvalidField):
    """An update mask names what does not exist, or what nobody may change."""

    reason = "MASK_PATH_UNFIT"

    field: str = "update_mask"
    path: str


@dataclass(eq=False, kw_only=True)
class ReferenceUnfit(InvalidField):
    """What should name a resource is no name of its collection: a display name, or something of another kind."""

    reason = "REFERENCE_UNFIT"

    collection: str


@dataclass(eq=False, kw_only=True)
class NameUnfit(InvalidField):
    """What should be a resource name does not end with an id."""

    reason = "NAME_UNFIT"

    name: str


@dataclass(eq=False, kw_only=True)
class EtagUnfit(InvalidField):
    """The version is none that was ever read: an etag is sent back as it came."""

    reason = "ETAG_UNFIT"


@dataclass(eq=False, kw_only=True)
class NumberUnfit(InvalidField):
    """No plain number from 0 to the largest that is taken, or one that is too fine."""

    reason = "NUMBER_UNFIT"

    most: Decimal
    places: int


@dataclass(eq=False, kw_only=True)
class MoneyCurrencyUnknown(InvalidField):
    """The currency is none of ISO 4217: a word or a sign instead of its code."""

    reason = "MONEY_CURRENCY_UNKNOWN"

    currency: str


@dataclass(eq=False, kw_only=True)
class MoneyNegative(InvalidField):
    """The amount is below nothing."""

    reason = "MONEY_NEGATIVE"


@dataclass(eq=False, kw_only=True)
class MoneyTooFine(InvalidField):
    """The amount is finer than the smallest unit of its currency, so that it would have to be rounded."""

    reason = "MONEY_TOO_FINE"

    currency: str
    digits: int


@dataclass(eq=False, kw_only=True)
class MoneyTooLarge(InvalidField):
    """The amount is beyond what every program keeps exactly."""

    reason = "MONEY_TOO_LARGE"


@cache
def changeable(resource: Descriptor) -> frozenset[str]:
    """The fields of a resource that an update may change: what its contract neither leaves to the service nor fixes."""
    return frozenset(field.name for field in resource.fields if field.name != "etag" and not _is_fixed(field))


def is_required(field: FieldDescriptor) -> bool:
    """Whether the contract cannot do without the field."""
    return field_behavior_pb2.REQUIRED in field.GetOptions().Extensions[field_behavior_pb2.field_behavior]


def _is_fixed(field: FieldDescriptor) -> bool:
    return not FIXED.isdisjoint(field.GetOptions().Extensions[field_behavior_pb2.field_behavior])


def changed_paths(mask: FieldMask, resource: type[Message]) -> list[str]:
    """The paths of an update mask, each the name of a changeable field or inside of one.

    Raises FieldMissing for an empty mask, and MaskPathUnfit for `*`, an unknown field, and one the service fills.
    """
    if not mask.paths:
        raise FieldMissing(field="update_mask")
    descriptor: Any = resource.DESCRIPTOR
    for path in mask.paths:
        stands = FieldMask(paths=[path]).IsValidForDescriptor(descriptor)
        if not stands or path.partition(".")[0] not in changeable(descriptor):
            raise MaskPathUnfit(path=path)
    return list(mask.paths)


def changed_fields(mask: FieldMask, resource: type[Message]) -> frozenset[str]:
    """The fields that an update mask names, each as a whole; raises what `changed_paths` does, also for a part."""
    paths = changed_paths(mask, resource)
    for path in paths:
        if "." in path:
            raise MaskPathUnfit(path=path)
    return frozenset(paths)


def money_of(message: MoneyMessage, *, field: str) -> Money:
    """The amount; raises MoneyCurrencyUnknown, MoneyNegative, MoneyTooFine and MoneyTooLarge."""
    currency = message.currency_code
    if currency not in CURRENCIES:
        raise MoneyCurrencyUnknown(field=field, currency=currency)
    if message.units < 0 or message.nanos < 0:
        raise MoneyNegative(field=field)
    digits = minor_digits(currency)
    fraction, finer = divmod(message.nanos, 10 ** (_NANOS_DIGITS - digits))
    minor = message.units * 10**digits + fraction
    if finer:
        raise MoneyTooFine(field=field, currency=currency, digits=digits)
    if minor >= _LARGEST_MINOR:
        raise MoneyTooLarge(field=field)
    return Money(minor=minor, currency=currency)


@overload
def money_message(money: Money) -> MoneyMessage: ...
@overload
def money_message(money: Money | None) -> MoneyMessage | None: ...
def money_message(money: Money | None) -> MoneyMessage | None:
    """The amount on the wire; None for none."""
    if money is None:
        return None
    digits = minor_digits(money.currency)
    units, fraction = divmod(money.minor, 10**digits)
    if money.minor < 0 and fraction:  # both parts bear the sign
        units, fraction = units + 1, fraction - 10**digits
    return MoneyMessage(currency_code=money.currency, units=units, nanos=fraction * 10 ** (_NANOS_DIGITS - digits))


def decimal_of(message: DecimalMessage, *, field: str, most: Decimal, places: int) -> Decimal:
    """The number from 0 to `most`; nothing said is 0. Raises NumberUnfit for any other, or one with more places."""
    text = message.value or "0"
    unfit = NumberUnfit(field=field, most=most, places=places)
    if not _PLAIN_NUMBER.fullmatch(text):
        raise unfit
    number = Decimal(text).normalize()
    exponent = number.as_tuple().exponent
    if number > most or not isinstance(exponent, int) or -exponent > places:
        raise unfit
    return number


def decimal_message(number: Decimal) -> DecimalMessage:
    """The number on the wire, without an exponent."""
    return DecimalMessage(value=f"{number:f}")


def date_of(message: Date, *, field: str) -> date:
    """The day; raises FieldNotDate for one no calendar has."""
    try:
        return date(message.year, message.month, message.day)
    except ValueError:
        raise FieldNotDate(field=field) from None


def date_message(day: date | None) -> Date | None:
    """The day on the wire; None for none."""
    return Date(year=day.year, month=day.month, day=day.day) if day else None


def instant_of(message: Timestamp, *, field: str) -> datetime:
    """The instant; raises InvalidField for one outside the years 1 to 9999."""
    try:
        return message.ToDatetime(UTC)
    except ValueError:
        raise InvalidField(field=field) from None


def instant(time: datetime | None) -> Timestamp | None:
    """The instant on the wire; None for none."""
    if time is None:
        return None
    message = Timestamp()
    put_instant(message, time)
    return message


def put_instant(message: Timestamp, time: datetime) -> None:
    """Fill a Timestamp, exact to the microsecond: what `FromDatetime` does, in a quarter of its time."""
    past = time - _EPOCH
    message.seconds = past.days * _DAY + past.seconds
    message.nanos = past.microseconds * 1000


def numbers(kind: type[E], contract: Any) -> Mapping[E | None, Any]:
    """The number on the wire of each value of an enumeration of the same names; nothing is the unspecified one."""
    named_so = {each.name: each.number for each in contract.DESCRIPTOR.values}
    prefix = contract.DESCRIPTOR.values[0].name.removesuffix("UNSPECIFIED")
    return {None: 0, **{each: named_so[f"{prefix}{each.name}"] for each in kind}}
