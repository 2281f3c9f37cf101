"""Resource names, etags and amounts, between messages and the domain."""

from uuid import UUID

from google.type.money_pb2 import Money as MoneyMessage

from kernel.errors import InvalidField
from kernel.money import Money, minor_digits

_NANOS_DIGITS = 9


def uuid_of(name: str, *, field: str = "name") -> UUID:
    """The id in a resource name such as "leads/018f…"; raises InvalidField."""
    try:
        return UUID(name.rpartition("/")[2])
    except ValueError:
        raise InvalidField(field=field) from None


def reference(name: str, *, field: str) -> UUID | None:
    """The id in a reference, None where it is empty; raises InvalidField."""
    return uuid_of(name, field=field) if name else None


def named(collection: str, uuid: UUID | None) -> str:
    """The resource name; empty for nothing."""
    return f"{collection}/{uuid}" if uuid else ""


def required_version(etag: str, *, field: str) -> int:
    """The version the caller must have seen to update a resource; raises InvalidField."""
    if not etag.isdecimal():
        raise InvalidField(field=field)
    return int(etag)


def seen_version(etag: str, *, field: str) -> int | None:
    """The version the caller has seen, None where he names none; raises InvalidField."""
    return required_version(etag, field=field) if etag else None


def money_of(message: MoneyMessage, *, field: str) -> Money:
    """The amount; raises InvalidField for one finer than the minor unit, negative, or without currency."""
    currency = message.currency_code
    if len(currency) != 3 or not currency.isupper() or message.units < 0 or message.nanos < 0:  # noqa: PLR2004 - ISO 4217 codes have three letters
        raise InvalidField(field=field)
    digits = minor_digits(currency)
    fraction, finer = divmod(message.nanos, 10 ** (_NANOS_DIGITS - digits))
    minor = message.units * 10**digits + fraction
    if finer or minor >= 2**53:
        raise InvalidField(field=field)
    return Money(minor=minor, currency=currency)


def money_message(money: Money) -> MoneyMessage:
    """The amount on the wire."""
    digits = minor_digits(money.currency)
    units, fraction = divmod(money.minor, 10**digits)
    return MoneyMessage(currency_code=money.currency, units=units, nanos=fraction * 10 ** (_NANOS_DIGITS - digits))
