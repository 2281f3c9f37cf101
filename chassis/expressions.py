"""Conditions that administrators write, in CEL over declared variables: typed, and wrong ones refused when saved."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cel_expr_python import cel

_TYPES: Mapping[str, cel.Type] = {
    "string": cel.Type.STRING,
    "int": cel.Type.INT,
    "bool": cel.Type.BOOL,
    "strings": cel.Type.List(cel.Type.STRING),
    "mapping": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
}
_LITERAL = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_WORD = re.compile(r"(?<![.\w])[a-z_]+\b")
_REMEMBERED = 1000
# How the library tells what is wrong, and the key of it; it writes an operator as _==_ or @in.
_PLACE = re.compile(r"<input>:(?P<line>\d+):(?P<column>\d+): (?P<told>.*)")
_PROBLEMS: Mapping[str, re.Pattern[str]] = {
    "condition_unknown": re.compile(r"undeclared reference to '(?P<name>[^']*)'"),
    "condition_types": re.compile(
        r"found no matching overload for '[_@]?(?P<name>.+?)_?' applied to '\((?P<types>[^']*)\)'"
    ),
    "condition_syntax": re.compile(r"Syntax error"),
}


@dataclass(eq=False)
class ConditionWrong(Exception):  # noqa: N818 - the condition is wrong, not the program
    """A condition does not compile: the key of what is wrong, with the parameters its words may name.

    `condition_unknown` and `condition_types` say by `name` what is not known, or does not go with the `types`; these,
    `condition_syntax` and `condition_wrong` tell the `line` and `column`, from 1; `condition_no_truth` and
    `condition_unreadable` are about the whole.
    """

    problem: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class Condition:
    """A compiled condition, with the variables it speaks of."""

    def __init__(self, expression: cel.Expression, words: frozenset[str]) -> None:
        self.words = words
        self._expression = expression
        self._order = tuple(words)
        self._answers: dict[tuple[object, ...], bool | None] = {}

    def holds(self, values: Mapping[str, object]) -> bool | None:
        """Whether the condition holds; None when it cannot be evaluated, as for a missing key of a map.

        The same values have the same answer, and what conditions speak of differs little from record to record: an
        answer known already costs a tenth of an evaluation.
        """
        told = tuple([values[word] for word in self._order])
        try:
            return self._answers[told]
        except KeyError:
            answer = self._evaluated(told)
        except TypeError:  # a list or a mapping
            return self._evaluated(told)
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        self._answers[told] = answer
        return answer

    def _evaluated(self, told: Sequence[object]) -> bool | None:
        # Each value handed over costs microseconds, so only those the condition speaks of are.
        answer = self._expression.eval(data=dict(zip(self._order, told, strict=True))).value()
        return answer if isinstance(answer, bool) else None


class Vocabulary:
    """The variables conditions of one kind may use, each a string, int, bool, strings (list) or mapping."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._names = frozenset(variables)
        self._environment = cel.NewEnv(variables={name: _TYPES[kind] for name, kind in variables.items()})

    def compile(self, text: str) -> Condition:
        """Compile a condition; raises ConditionWrong."""
        try:
            expression = self._environment.compile(text)
        except RuntimeError as error:  # the library knows no finer class
            raise _wrong(str(error)) from error
        if expression.return_type() != cel.Type.BOOL:
            raise ConditionWrong("condition_no_truth")
        return Condition(expression, self._names.intersection(_WORD.findall(_LITERAL.sub("", text))))


def _wrong(told: str) -> ConditionWrong:
    """What is wrong, of the first mistake in the library's words."""
    place = _PLACE.search(told)
    if place is None:  # as when it is nested too deeply
        return ConditionWrong("condition_unreadable")
    at = {"line": place["line"], "column": place["column"]}
    for problem, pattern in _PROBLEMS.items():
        if found := pattern.match(place["told"]):
            return ConditionWrong(problem, at | found.groupdict())
    return ConditionWrong("condition_wrong", at)
