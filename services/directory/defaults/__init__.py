"""What a new installation begins with, read from the files beside."""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

from services.directory.domain.calendar import CalendarDetails, SpecialDay, WorkingHours
from services.directory.domain.role import Reach, RoleDetails

_FOLDER = Path(__file__).parent


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
    """The calendar of `calendar.toml`."""
    content = tomllib.loads((_FOLDER / "calendar.toml").read_text(encoding="utf-8"))
    return CalendarDetails(
        special_days=tuple(
            SpecialDay(day=date.fromisoformat(day), working=entry["working"], display_name=entry["name"])
            for day, entry in content["special_days"].items()
        ),
        working_hours=tuple(
            WorkingHours(weekday=weekday, start_minute=_minute(start), end_minute=_minute(end))
            for weekday in content["weekdays"]
            for start, end in content["hours"]
        ),
    )


def _minute(clock: str) -> int:
    moment = time.fromisoformat(clock)
    return moment.hour * 60 + moment.minute
