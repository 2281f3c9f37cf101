"""What a new installation begins with, read from the files beside."""

import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path

from services.directory.domain.calendar import CalendarDetails
from services.directory.domain.role import Reach, RoleDetails
from trade import holidays
from trade.holidays import special_days
from trade.work_calendar import Hours

_FOLDER = Path(__file__).parent
_HOLIDAYS = Path(holidays.__file__).parent / "china_holidays.toml"


def default_roles() -> Mapping[str, RoleDetails]:
    """The roles of `roles.toml` by key."""
    return {
        key: RoleDetails(
            display_name_zh=entry["zh"],
            display_name_en=entry["en"],
            grants={permission: Reach[reach.upper()] for permission, reach in entry["grants"].items()},
        )
        for key, entry in tomllib.loads((_FOLDER / "roles.toml").read_text(encoding="utf-8")).items()
    }


def house_calendar() -> CalendarDetails:
    """The hours of `calendar.toml`, and the holidays of the country with the days worked in exchange (调休)."""
    content = tomllib.loads((_FOLDER / "calendar.toml").read_text(encoding="utf-8"))
    return CalendarDetails(
        special_days=special_days(tomllib.loads(_HOLIDAYS.read_text(encoding="utf-8"))),
        working_hours=tuple(
            Hours(weekday=weekday, start_minute=_minute(start), end_minute=_minute(end))
            for weekday in content["weekdays"]
            for start, end in content["hours"]
        ),
    )


def _minute(clock: str) -> int:
    moment = time.fromisoformat(clock)
    return moment.hour * 60 + moment.minute
