"""Holidays and days worked in exchange (调休), read from a table that people edit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.errors import Kind, Refusal


@dataclass(kw_only=True)
class HolidayTableInvalid(Refusal):
    """The table of holidays cannot be read; `field` names the entry."""

    kind = Kind.INVALID_INPUT
    reason = "HOLIDAY_TABLE_INVALID"

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day that differs from its week: a holiday, or a weekend day that is worked."""

    day: date
    working: bool
    name: str = ""


def special_days(table: Mapping[str, object]) -> tuple[SpecialDay, ...]:
    """Read a table of years, each with `off` (name, first, last) and `worked` (days), as `china_holidays.toml` is.

    Raises:
        HolidayTableInvalid: a date cannot be read, a holiday ends before it begins, or a day is both off and worked.
    """
    found: dict[date, SpecialDay] = {}
    for year, entry in table.items():
        for special in _of_year(year, entry):
            if special.day in found:
                raise HolidayTableInvalid(field=f"{year}.{special.day}")
            found[special.day] = special
    return tuple(found[day] for day in sorted(found))


def _of_year(year: str, entry: object) -> Iterator[SpecialDay]:
    if not isinstance(entry, Mapping):
        raise HolidayTableInvalid(field=year)
    for place, holiday in enumerate(entry.get("off", ())):
        where = f"{year}.off.{place}"
        if not isinstance(holiday, Mapping):
            raise HolidayTableInvalid(field=where)
        first, last = _date(holiday.get("first"), where), _date(holiday.get("last"), where)
        if last < first:
            raise HolidayTableInvalid(field=where)
        for offset in range((last - first).days + 1):
            yield SpecialDay(day=first + timedelta(days=offset), working=False, name=str(holiday.get("name", "")))
    for place, worked in enumerate(entry.get("worked", ())):
        yield SpecialDay(day=_date(worked, f"{year}.worked.{place}"), working=True, name="调休")


def _date(written: object, where: str) -> date:
    try:
        return date.fromisoformat(str(written))
    except ValueError as error:
        raise HolidayTableInvalid(field=where) from error
