"""The profile of an account (客户画像): what follows from what happened to it, kept to be told and found."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """How far we are with a customer (客户阶段)."""

    PROSPECT = "prospect"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What was last found to follow; a round keeps it up, a moment after what it follows from."""

    phase: Phase = Phase.PROSPECT
    tags: tuple[str, ...] = ()
    tier: str = ""


UNKNOWN = Profile()


def phase_of(states: Collection[str]) -> Phase:
    """How far we are, from the states of a customer's opportunities: one won makes a customer for ever."""
    if "won" in states:
        return Phase.CUSTOMER
    return Phase.OPPORTUNITY if states else Phase.PROSPECT
