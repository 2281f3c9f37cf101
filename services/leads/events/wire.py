"""Names, amounts and days as events carry them."""

from datetime import date
from uuid import UUID

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as MoneyMessage

from kernel.money import Money, minor_digits

_NANOS_DIGITS = 9


def named(collection: str, uuid: UUID | None) -> str:
    """The resource name; empty for nothing."""
    return f"{collection}/{uuid}" if uuid else ""


def money_message(money: Money | None) -> MoneyMessage | None:
    """The amount; None for none."""
    if money is None:
        return None
    digits = minor_digits(money.currency)
    units, fraction = divmod(money.minor, 10**digits)
    return MoneyMessage(currency_code=money.currency, units=units, nanos=fraction * 10 ** (_NANOS_DIGITS - digits))


def date_message(day: date | None) -> Date | None:
    """The day; None for none."""
    return Date(year=day.year, month=day.month, day=day.day) if day else None
