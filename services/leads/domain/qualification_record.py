"""What a lead keeps of its qualification (线索甄别): answers to the checklist, and the last verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistAnswer:
    """What a person says about an item of the checklist, and in which words."""

    item: str
    met: bool
    note: str
    author: str
    author_name: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a lead was judged last, by whom and why.

    Of a lead that is not worth selling to, `code` and the titles are those of the reason then; else they are empty.
    """

    qualified: bool
    author: str
    author_name: str
    time: datetime
    note: str = ""
    code: str = ""
    title: str = ""
    title_en: str = ""

    def to_reason(self) -> Reason:
        """Why the lead is not worth selling to, as its readers are told it."""
        english = {"reason_en": self.title_en} if self.title_en else {}
        return Reason("LEAD_DISQUALIFIED_FOR", {"reason": self.title, **english})


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """The answers in the order they were given, the newest of each item, and the verdict; None while nobody judged."""

    answers: tuple[ChecklistAnswer, ...] = ()
    verdict: Verdict | None = None

    @property
    def by_item(self) -> Mapping[str, ChecklistAnswer]:
        """The answer to each item that has one."""
        return {answer.item: answer for answer in self.answers}

    def with_answers(self, given: Iterable[ChecklistAnswer], *, withdrawn: Iterable[str]) -> "Qualification":
        """New answers in the place of those before, and some items without one again.

        What somebody says again as he said it stays as it was.
        """
        kept = {item: answer for item, answer in self.by_item.items() if item not in set(withdrawn)}
        for answer in given:
            before = kept.get(answer.item)
            if before is None or _said(before) != _said(answer):
                kept.pop(answer.item, None)
                kept[answer.item] = answer
        return replace(self, answers=tuple(kept.values()))

    def without_words(self) -> "Qualification":
        """The same without what people wrote: words may name the person."""
        verdict = replace(self.verdict, note="") if self.verdict else None
        return Qualification(answers=tuple(replace(each, note="") for each in self.answers), verdict=verdict)


def _said(answer: ChecklistAnswer) -> tuple[bool, str, str]:
    return answer.met, answer.note, answer.author
