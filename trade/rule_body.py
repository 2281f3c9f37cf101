"""Reading the body of a rule set (规则集): plain data from TOML or JSON, and a refusal that names the wrong place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kernel.errors import Kind, Refusal


@dataclass(eq=False, kw_only=True)
class RuleBodyInvalid(Refusal):
    """A rule set cannot be saved: `field` is the place in its body, `problem` what is wrong there."""

    kind = Kind.INVALID_INPUT
    reason = "RULE_BODY_INVALID"

    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class RuleBody:
    """One section of a body, and its place in the whole; JSON gives whole numbers as floats, and that is fine."""

    content: Mapping[str, object]
    place: str = ""

    def only(self, *keys: str) -> "RuleBody":
        """Refuse what nobody reads: a misspelt key would silently do nothing."""
        unknown = sorted(set(self.content) - set(keys))
        if unknown:
            raise self.wrong(unknown[0], "is not known")
        return self

    def wrong(self, key: str, problem: str) -> RuleBodyInvalid:
        """The refusal of one key."""
        return RuleBodyInvalid(field=self._at(key), problem=problem)

    def text(self, key: str, *, absent: str | None = None) -> str:
        """A text that is not empty; without `absent` it must be there."""
        value = self.content.get(key, absent)
        if not isinstance(value, str) or (not value.strip() and absent is None):
            raise self.wrong(key, "must be a text")
        return value

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """One of a few words."""
        value = self.text(key)
        if value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(sorted(allowed))}")
        return value

    def truth(self, key: str, *, absent: bool | None = None) -> bool:
        """True or false."""
        value = self.content.get(key, absent)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def whole(self, key: str, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.content.get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or value != int(value) or not least <= value <= most:  # type: ignore[call-overload, operator]  # a number, as just seen
            raise self.wrong(key, f"must be a whole number from {least} to {most}")
        return int(value)  # type: ignore[call-overload, no-any-return]  # as above

    def decimal(self, key: str, *, least: Decimal, most: Decimal) -> Decimal:
        """An exact number within bounds, written as a text or a number."""
        value = self.content.get(key)
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or not least <= number <= most:
            raise self.wrong(key, f"must be a number from {least} to {most}")
        return number

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where it is absent."""
        value = self.content.get(key, [])
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each.strip() for each in value):
            raise self.wrong(key, "must be a list of texts")
        return tuple(value)

    def section(self, key: str) -> "RuleBody":
        """A section within."""
        value = self.content.get(key)
        if not isinstance(value, Mapping):
            raise self.wrong(key, "must be a section")
        return RuleBody(value, self._at(key))

    def sections(self, key: str) -> Sequence["RuleBody"]:
        """A list of sections; empty where it is absent."""
        value = self.content.get(key, [])
        if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
            raise self.wrong(key, "must be a list of sections")
        return [RuleBody(each, f"{self._at(key)}[{number}]") for number, each in enumerate(value)]

    def named(self, key: str) -> Iterator[tuple[str, "RuleBody"]]:
        """The sections within a section, by name."""
        inner = self.section(key)
        for name in inner.content:
            yield name, inner.section(name)

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key
