"""Path templates of `google.api.http`: what they match and which fields they bind."""

import re
from dataclasses import dataclass

ONE = "*"
REST = "**"
_VARIABLE = re.compile(r"\{([^}=]+)(?:=([^}]+))?\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A request field bound to some segments of the path, for example `lead.name` to segments 1 and 2."""

    field: tuple[str, ...]
    start: int
    end: int | None

    def value(self, segments: list[str]) -> str:
        """The bound part of a path that matched."""
        return "/".join(segments[self.start : self.end])


@dataclass(frozen=True, slots=True)
class Template:
    """A path template taken apart: `/v1/{name=leads/*}:qualify` is v1, leads, * with the verb qualify."""

    text: str
    segments: tuple[str, ...]
    verb: str
    variables: tuple[Variable, ...]

    @property
    def collection(self) -> str:
        """The collection the path begins with, below the version."""
        return self.segments[1] if len(self.segments) > 1 else ""


def parse_template(text: str) -> Template:
    """Take a template apart; a template that nests variables is a mistake in the contract and raises ValueError."""
    path, _, verb = text.rpartition(":") if ":" in text.rpartition("}")[2] else (text, "", "")
    variables: list[Variable] = []
    segments: list[str] = []
    for piece in _pieces(path.removeprefix("/")):
        variable = _VARIABLE.fullmatch(piece)
        if variable is None:
            segments.append(_plain(piece, text))
            continue
        inner = (variable[2] or ONE).split("/")
        end = None if inner[-1] == REST else len(segments) + len(inner)
        variables.append(Variable(tuple(variable[1].split(".")), len(segments), end))
        segments.extend(inner)
    return Template(text, tuple(segments), verb, tuple(variables))


def _pieces(path: str) -> list[str]:
    """Split at the slashes outside braces."""
    return re.findall(r"\{[^}]*\}|[^/{}]+", path)


def _plain(piece: str, text: str) -> str:
    if piece in {ONE, REST} or re.fullmatch(r"[\w.-]+", piece):
        return piece
    raise ValueError(f"the path template {text!r} cannot be read at {piece!r}")
