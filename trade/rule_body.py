"""Reading the body of a rule set (规则集): plain data from TOML or JSON, and a refusal that names the wrong place."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher

from kernel.errors import Kind, Refusal


@dataclass(eq=False, kw_only=True)
class RuleBodyInvalid(Refusal):
    """A rule set cannot be saved: `field` is the place in its body, `problem` the key of what is wrong there.

    A problem has its words under `RULE_BODY_INVALID.problem.<key>`, which may name the problem's parameters.
    """

    kind = Kind.INVALID_INPUT
    reason = "RULE_BODY_INVALID"

    field: str
    problem: str
    parameters: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def metadata(self) -> dict[str, str]:
        """The place, the problem and its parameters, side by side."""
        return {**self.parameters, "field": self.field, "problem": self.problem}


@dataclass(frozen=True, slots=True)
class RuleBody:
    """One section of a body, and its place in the whole; JSON gives whole numbers as floats, and that is fine."""

    content: Mapping[str, object]
    place: str = ""

    def only(self, *keys: str) -> "RuleBody":
        """Refuse what nobody reads: a misspelt key would silently do nothing. It is told the keys, the likest first."""
        unknown = sorted(set(self.content) - set(keys))
        if unknown:
            likest = sorted(keys, key=lambda key: SequenceMatcher(None, unknown[0], key).ratio(), reverse=True)
            raise self.wrong(unknown[0], "unknown", allowed=", ".join(likest))
        return self

    def wrong(self, key: str, problem: str, **parameters: object) -> RuleBodyInvalid:
        """The refusal of one key."""
        told = {name: str(value) for name, value in parameters.items()}
        return RuleBodyInvalid(field=self._at(key), problem=problem, parameters=told)

    def text(self, key: str, *, absent: str | None = None) -> str:
        """A text that is not empty; without `absent` it must be there."""
        value = self.content.get(key, absent)
        if not isinstance(value, str) or (not value.strip() and absent is None):
            raise self.wrong(key, "text")
        return value

    def choice(self, key: str, allowed: Collection[str], *, absent: str | None = None) -> str:
        """One of a few words."""
        value = self.content.get(key, absent)
        if not isinstance(value, str) or value not in allowed:
            raise self.wrong(key, "choice", allowed=", ".join(sorted(allowed)))
        return value

    def truth(self, key: str, *, absent: bool | None = None) -> bool:
        """True or false."""
        value = self.content.get(key, absent)
        if not isinstance(value, bool):
            raise self.wrong(key, "truth")
        return value

    def whole(self, key: str, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.content.get(key)
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not is_whole or not least <= value <= most:  # type: ignore[operator]  # a number, as just seen
            raise self.wrong(key, "whole", least=least, most=most)
        return int(value)  # type: ignore[call-overload, no-any-return]  # as above

    def number(self, key: str, *, least: int, most: int, absent: float | None = None) -> float:
        """A number within bounds."""
        value = self.content.get(key, absent)
        # A comparison with NaN is false, so it is refused here as well.
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.wrong(key, "number", least=least, most=most)
        return float(value)

    def decimal(self, key: str, *, least: Decimal, most: Decimal) -> Decimal:
        """An exact number within bounds, written as a text or a number."""
        value = self.content.get(key)
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or not least <= number <= most:
            raise self.wrong(key, "number", least=least, most=most)
        return number

    def listed(self, key: str, *, absent: Sequence[object] | None = ()) -> Sequence[object]:
        """A list; where `absent` is None it must be there."""
        value = self.content.get(key, absent)
        if not isinstance(value, list | tuple):
            raise self.wrong(key, "list")
        return value

    def texts(self, key: str, *, absent: Sequence[str] | None = ()) -> tuple[str, ...]:
        """A list of texts; where `absent` is None it must be there."""
        told = self.listed(key, absent=absent)
        texts = tuple(each for each in told if isinstance(each, str) and each.strip())
        if len(texts) < len(told):
            raise self.wrong(key, "texts")
        return texts

    def choices(self, key: str, allowed: Collection[str], *, absent: Sequence[str] | None = ()) -> frozenset[str]:
        """Some of a few words."""
        words = frozenset(self.texts(key, absent=absent))
        if not words <= set(allowed):
            raise self.wrong(key, "choices", allowed=", ".join(allowed))
        return words

    def section(self, key: str) -> "RuleBody":
        """A section within."""
        return self._section(key, self.content.get(key))

    def sections(self, key: str, *, absent: Sequence[object] | None = ()) -> Sequence["RuleBody"]:
        """A list of sections; where `absent` is None it must be there."""
        told = enumerate(self.listed(key, absent=absent))
        return [self._section(f"{key}[{number}]", each) for number, each in told]

    def _section(self, key: str, value: object) -> "RuleBody":
        if not isinstance(value, Mapping):
            raise self.wrong(key, "section")
        return RuleBody(value, self._at(key))

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def refuse_twice(sections: Iterable[RuleBody], key: str) -> None:
    """Refuse a section whose key another one before it bears."""
    seen: set[str] = set()
    for section in sections:
        name = section.text(key)
        if name in seen:
            raise section.wrong(key, "twice")
        seen.add(name)
