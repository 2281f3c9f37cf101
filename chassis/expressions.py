"""Conditions that administrators write, in CEL over declared variables: typed, and wrong ones refused when saved."""

import re
from collections.abc import Mapping, Sequence

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


class ConditionWrong(Exception):  # noqa: N818 - the condition is wrong, not the program
    """A condition does not compile; the message says where and why."""


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
            raise ConditionWrong(str(error).removeprefix("INVALID_ARGUMENT: ").splitlines()[0]) from error
        if expression.return_type() != cel.Type.BOOL:
            raise ConditionWrong("must be true or false")
        return Condition(expression, self._names.intersection(_WORD.findall(_LITERAL.sub("", text))))
