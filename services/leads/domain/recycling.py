"""The recycling clock (回收时钟) of leads: by which rules it runs; how it counts, is in `trade.pools.clock`."""

from datetime import date
from enum import Enum

from trade.pools.clock import Clock, Days, FallBack, Limits, Mark, Plan


class RecycleRule(Enum):
    """By which rule a lead falls back; of one day in this order.

    Not followed up counts from the last follow-up that counts, or from the assignment where there is none; not
    converted counts from the assignment.
    """

    IDLE = "idle"
    UNCONVERTED = "unconverted"


RecycleClock = Clock[RecycleRule]
RecyclePlan = Plan[RecycleRule]
LeadLimits = Limits[RecycleRule]
LeadFallBack = FallBack[RecycleRule]


def extension_of(clock: RecycleClock) -> Mark | None:
    """The follow-up that extends a spell: the first that counts of the last day on which there was one."""
    return clock.mark(RecycleRule.IDLE)


def marks_of(extension: Mark | None) -> tuple[tuple[RecycleRule, Mark], ...]:
    """What a follow-up extends: the time in which another is awaited, not the time to convert."""
    return ((RecycleRule.IDLE, extension),) if extension else ()


def days_of(extended: date | None) -> Days[RecycleRule]:
    """The same, of the day of a follow-up."""
    return ((RecycleRule.IDLE, extended),) if extended else ()
