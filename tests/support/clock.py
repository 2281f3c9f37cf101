"""A clock that a test holds in its hand."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai


class FixedClock:
    """Stands still until it is told to move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.instant = now

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant

    def travel(self, **by: float) -> datetime:
        """Move on, as in `clock.travel(days=31)`; the new instant."""
        self.instant += timedelta(**by)
        return self.instant
