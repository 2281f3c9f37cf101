"""What a member may take out of a pool: caps hold whoever gives, the cool-down (冷却期) for who takes himself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from trade.pools.pool import PoolTerms


class MoveKind(Enum):
    """What became of something around a pool."""

    RELEASED = "released"
    RECYCLED = "recycled"
    TRANSFERRED = "transferred"
    CLAIMED = "claimed"
    HANDED_OUT = "handed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How a member stands who is to get something: claims of today, what he holds, and until when he had this one."""

    claimed_today: int
    held: int
    had_it_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HoldsEnough:
    """He holds as much as one may who takes from the pool."""

    most: int


@dataclass(frozen=True, slots=True)
class ClaimedEnough:
    """He claimed as much from the pool today as one may."""

    most: int


@dataclass(frozen=True, slots=True)
class HadItLately:
    """He had it not long ago; until then it is for others."""

    until: datetime


Obstacle = HoldsEnough | ClaimedEnough | HadItLately


def obstacle(terms: PoolTerms, holding: Holding, *, kind: MoveKind, now: datetime) -> Obstacle | None:
    """What keeps a member from getting one more; the day's cap and the cool-down are for claims alone."""
    if terms.holding_cap is not None and holding.held >= terms.holding_cap:
        return HoldsEnough(terms.holding_cap)
    if kind is not MoveKind.CLAIMED:
        return None
    if terms.daily_cap is not None and holding.claimed_today >= terms.daily_cap:
        return ClaimedEnough(terms.daily_cap)
    cool_down = timedelta(days=terms.cool_down_days)
    if holding.had_it_until is not None and now < holding.had_it_until + cool_down:
        return HadItLately(holding.had_it_until + cool_down)
    return None
