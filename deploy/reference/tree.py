"""The product's source files, and the part of the product each belongs to."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_PRODUCT = ("kernel", "trade", "chassis", "services", "gateway", "deploy/local")
_PARTS = {
    "gateway/cli": "The command line",
    "gateway": "The gateway",
    "deploy/local": "`make run`",
}
EVERYWHERE = "Every service"


def sources() -> Iterator[Path]:
    """Every Python file of the product."""
    for folder in _PRODUCT:
        yield from sorted((ROOT / folder).rglob("*.py"))


def module(path: Path) -> str:
    """The name under which the file is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def part(path: Path) -> str:
    """What a reader calls the part of the product that the file belongs to."""
    shown = path.relative_to(ROOT).as_posix()
    if shown.startswith("services/"):
        return shown.split("/")[1]
    return next((title for folder, title in _PARTS.items() if shown.startswith(f"{folder}/")), EVERYWHERE)
