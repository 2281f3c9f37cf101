"""Between what is asked on the wire and a question of the domain, and how figures are told."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money as MoneyMessage
from millrace.analytics.v1 import figure_pb2

from chassis.wire import date_of, uuid_of
from kernel.money import minor_digits
from services.analytics.domain.figures import Amounts, Group, Ratio, rounded
from services.analytics.domain.questions import Dimension, Period, Question
from trade.industries import industry_code

_DIMENSIONS: Mapping[int, Dimension] = {
    figure_pb2.Dimension.Value(f"DIMENSION_{each.name}"): each for each in Dimension
}
_BY_ID = (Dimension.REGION, Dimension.TEAM, Dimension.MEMBER)
_REPORTING = "CNY"
_NANOS_DIGITS = 9


def question_of(selection: figure_pb2.Selection) -> Question:
    """What is asked; raises InvalidField and PeriodInvalid."""
    period = Period(
        date_of(selection.period.start_date, field="selection.period.start_date"),
        date_of(selection.period.end_date, field="selection.period.end_date"),
    )
    only = {each: getattr(selection, each.value) for each in Dimension if each is not Dimension.MONTH}
    return Question(
        period=period,
        group_by=tuple(_DIMENSIONS[number] for number in selection.group_by),
        only={each: _key(each, value) for each, value in only.items() if value},
    )


def _key(dimension: Dimension, value: str) -> str:
    if dimension in _BY_ID:
        return str(uuid_of(value, field=f"selection.{dimension.value}"))
    return industry_code(value) if dimension is Dimension.INDUSTRY else value


def group_message(group: Group) -> figure_pb2.FigureGroup:
    """Of which group."""
    return figure_pb2.FigureGroup(values=group)


def decimal_message(value: Decimal | None) -> DecimalMessage | None:
    """The number on the wire; None for none."""
    return None if value is None else DecimalMessage(value=str(value))


def ratio_message(ratio: Ratio, *, text: str, value: Decimal | None) -> figure_pb2.Ratio:
    """The ratio on the wire, as it is shown."""
    return figure_pb2.Ratio(
        numerator=ratio.numerator, denominator=ratio.denominator, value=decimal_message(value), text=text
    )


def share_message(share: Ratio) -> figure_pb2.Ratio:
    """A share on the wire: as a percentage, and to four digits."""
    text, value = _share(share.numerator, share.denominator)
    return figure_pb2.Ratio(numerator=share.numerator, denominator=share.denominator, value=value, text=text)


@lru_cache(maxsize=10_000)
def _share(numerator: int, denominator: int) -> tuple[str, DecimalMessage | None]:
    """How a share is told: the same ones come again in every answer."""
    share = Ratio(numerator, denominator)
    value = share.value
    return share.percent(), decimal_message(None if value is None else rounded(value, 4))


def amounts_message(amounts: Amounts) -> Iterable[MoneyMessage]:
    """Amounts per currency, the reporting currency first; more may have been paid back than came in."""
    for currency in sorted(amounts, key=lambda each: (each != _REPORTING, each)):
        minor, digits = amounts[currency], minor_digits(currency)
        sign = -1 if minor < 0 else 1
        units, fraction = divmod(abs(minor), 10**digits)
        yield MoneyMessage(
            currency_code=currency, units=sign * units, nanos=sign * fraction * 10 ** (_NANOS_DIGITS - digits)
        )
