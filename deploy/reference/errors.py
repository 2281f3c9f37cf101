"""`errors.md`: every refusal a caller may meet, with its kind, statuses and words."""

import importlib
import inspect
from itertools import groupby
from pathlib import Path

from chassis.rpc.statuses import CODES
from chassis.texts import Texts
from deploy.reference.markdown import code, page, section, table
from deploy.reference.tree import EVERYWHERE, ROOT, module, part, sources
from gateway.problems import HTTP_STATUSES
from kernel.errors import Refusal

_OPENING = (
    "What the product refuses, and how. A program goes by the reason (`ErrorInfo.reason` in gRPC, `reason` in "
    "problem+json), a person reads the text. A stale version answers HTTP 412 where `If-Match` was sent."
)
_HEADS = ("Reason", "When", "Kind", "gRPC", "HTTP", "English", "中文")


def errors() -> str:
    """The page."""
    ordered = sorted(refusals(), key=lambda kind: (part_of(kind) != EVERYWHERE, part_of(kind), kind.reason))
    parts = [
        section(title, table(_HEADS, [_row(kind) for kind in kinds])) for title, kinds in groupby(ordered, key=part_of)
    ]
    return page("Errors", _OPENING, *parts)


def refusals() -> list[type[Refusal]]:
    """Every concrete refusal of the product: the classes that have a reason of their own."""
    for path in sources():
        if path.name != "__main__.py" and "versions" not in path.parts and "Refusal" in path.read_text("utf-8"):
            importlib.import_module(module(path))
    found, waiting = [], [Refusal]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += [kind for kind in below if kind.__module__.split(".")[0] != "tests"]
        waiting += below
    return [kind for kind in found if "reason" in kind.__dict__]


def part_of(kind: type[Refusal]) -> str:
    """The part of the product that refuses so."""
    return part(_file(kind))


def _row(kind: type[Refusal]) -> tuple[str, ...]:
    status = CODES[kind.kind]
    http = getattr(kind, "status", HTTP_STATUSES.get(status, 500))
    texts = Texts(_folder(kind))
    english, chinese = (texts.render(kind.reason, {}, locale) for locale in ("en", "zh"))
    meaning = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    return code(kind.reason), meaning, kind.kind.value, status.name, str(http), english, chinese


def _folder(kind: type[Refusal]) -> Path | None:
    """Where the texts lie: of the service, of the gateway, or of all."""
    own = next((each for each in _file(kind).parents if (each / "messages").is_dir() and each != ROOT), None)
    return own / "messages" if own else next(iter(_speaking(kind)), None)


def _speaking(kind: type[Refusal]) -> list[Path]:
    """What the layers below refuse is worded by the service whose rule uses it."""
    folders = sorted(ROOT.glob("services/*/messages"))
    return [folder for folder in folders if kind.reason in Texts(folder).reasons("en")]


def _file(kind: type[Refusal]) -> Path:
    return Path(inspect.getfile(kind))
