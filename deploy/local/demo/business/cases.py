"""What becomes of a lead in the demo company: decided beforehand by a seeded chance, week by week."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from random import Random

SEED = 20260104
SHARE = 0.275  # of the leads that are sold on: with the usual 5,300 it makes 1,200 opportunities and some refusals


class Step(StrEnum):
    """What happens next."""

    CONVERT = "convert"
    REVIEW = "review"
    PROVE_NEED = "prove_need"
    QUOTE = "quote"
    NEGOTIATE = "negotiate"
    AGREE = "agree"
    SIGN = "sign"
    TELL_WHY = "tell_why"
    COLLECT = "collect"
    LOSE = "lose"
    DONE = "done"


PATH = (
    Step.CONVERT,
    Step.REVIEW,
    Step.PROVE_NEED,
    Step.QUOTE,
    Step.NEGOTIATE,
    Step.AGREE,
    Step.SIGN,
    Step.TELL_WHY,
    Step.COLLECT,
)
# Before which step how many are lost, of those that come there; the rest are won.
LOST_BEFORE = {Step.PROVE_NEED: 0.22, Step.QUOTE: 0.14, Step.NEGOTIATE: 0.18, Step.SIGN: 0.10}
WEEKS_TO_SIGN_AFTER_ALL = 1
SIGNED_AFTER_ALL = 0.4  # of those that were given up when their contract was agreed
# How many weeks each step usually takes after the one before.
WEEKS = {
    Step.REVIEW: (1, 1, 1, 2),
    Step.PROVE_NEED: (1, 2, 2, 3),
    Step.QUOTE: (1, 1, 2),
    Step.NEGOTIATE: (1, 2, 3, 4),
    Step.AGREE: (1, 1, 2),
    Step.SIGN: (1, 2, 3),
    Step.TELL_WHY: (1,),
    Step.COLLECT: (1,),
    Step.LOSE: (1, 2, 4),
}
# A quote must hold that many weeks and one more: its contract is signed by then, however slowly it goes.
WEEKS_TO_SIGN = max(*WEEKS[Step.SIGN], max(WEEKS[Step.LOSE]) + WEEKS_TO_SIGN_AFTER_ALL)
WEEKS_FROM_QUOTE_TO_SIGNATURE = max(WEEKS[Step.NEGOTIATE]) + max(WEEKS[Step.AGREE]) + WEEKS_TO_SIGN
LOSS_REASONS = ("price", "price", "competitor", "competitor", "budget", "postponed", "product", "no_response")
WIN_REASONS = ("solution", "solution", "solution", "product", "product", "service", "relationship", "price", "response")
NOTED = 0.85  # of those that are won; of the others nobody says why
BEATEN = 0.5  # of those that say why they were won, how many name whom they beat
COMPETITORS = (("远帆软件", "首年低价"), ("星汉云科技", "老客户关系"), ("聚力信息", "承诺定制开发"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One lead that is sold on: where it stands, and when something happens next."""

    number: int
    lead: str
    step: Step = Step.CONVERT
    week: int = 0
    registration: str = ""
    opportunity: str = ""
    contract: str = ""

    def then(self, *, week: int) -> "Case":
        """The case after its step, with the next one decided."""
        following = PATH[PATH.index(self.step) + 1]
        chance = self.chance(following)
        if chance.random() < LOST_BEFORE.get(following, 0):
            following = Step.LOSE
        return replace(self, step=following, week=week + chance.choice(WEEKS[following]))

    def at(self, *, week: int) -> "Case":
        """The case when its step goes on in another week."""
        return replace(self, week=week)

    def after_all(self, *, week: int) -> "Case":
        """The case when it was given up too early: now and then a customer signs what lies before him all the same."""
        if not self.contract or self.chance(Step.LOSE).random() >= SIGNED_AFTER_ALL:
            return self.ended()
        return replace(self, step=Step.SIGN, week=week + WEEKS_TO_SIGN_AFTER_ALL)

    def ended(self) -> "Case":
        """The case when nothing more happens."""
        return replace(self, step=Step.DONE)

    def chance(self, about: Step) -> Random:
        """The chance of this case for one decision: the same whenever it is asked."""
        return Random(f"{SEED}/{self.number}/{about.value}")


def is_sold_on(number: int) -> bool:
    """Whether somebody takes up the lead of this number."""
    return Random(f"{SEED}/{number}").random() < SHARE


def taken_up(cases: Sequence[Case], leads: Sequence[str], *, first: int, week: int) -> list[Case]:
    """The cases with those of the week's leads that somebody takes up, each once; the first lead has number `first`."""
    known = {case.number for case in cases}
    new = [
        Case(number=number, lead=lead, week=week + Random(f"{SEED}/{number}/begin").choice([0, 1, 1, 2]))
        for number, lead in enumerate(leads, start=first)
        if lead and number not in known and is_sold_on(number)
    ]
    return [*cases, *new]


def read_cases(path: Path) -> list[Case]:
    """The cases as they stood after the last week that was finished."""
    if not path.exists():
        return []
    return [Case(**{**each, "step": Step(each["step"])}) for each in json.loads(path.read_text(encoding="utf-8"))]


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    """Keep the cases, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(case) for case in cases]), encoding="utf-8")
    fresh.replace(path)
