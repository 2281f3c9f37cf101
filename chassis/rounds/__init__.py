"""Rounds (巡检): going over a whole stock, a few records at a time, whenever its goal is another.

    ROUNDS = rounds_table(METADATA)
    walk = Walk(name="score the stock", goal=f"model {number}, {today}", following=…, bring=…)
    looked_at = await carry_on(work, ROUNDS, walk)

Whatever a walk changes and how far it is stand in one transaction, so that a kill loses neither (ADR 20).
"""

from chassis.rounds.carrying import Rounds, Walk, carry_on
from chassis.rounds.round import PAUSE, Round
from chassis.rounds.tables import rounds_table

__all__ = ["PAUSE", "Round", "Rounds", "Walk", "carry_on", "rounds_table"]
