"""The moment of its life at which a record is learnt from: drawn before anything is known of how it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

DAY = timedelta(days=1)


def drawn_moment(record: UUID, begin: datetime, *, ages: Sequence[timedelta]) -> datetime:
    """The moment at one of the ages, by the record's id: always the same for each, and every age is met."""
    return begin + ages[record.int % len(ages)]


def days_between(since: datetime | None, at: datetime, *, most: timedelta) -> float | None:
    """Days to a tenth, `most` for all that is longer ago, of which nothing was learnt; None for what has not been."""
    if since is None or since > at:
        return None
    return round(min(at - since, most) / DAY, 1)
