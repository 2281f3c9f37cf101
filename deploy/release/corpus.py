"""The corpus of released events: one file per event type and release that changed it, kept for ever."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from deploy.release.examples import maximal, minimal
from deploy.release.published import Published, published

FOLDER = Path(__file__).parent.parent.parent / "protos" / "released"


class AlreadyReleased(Exception):  # noqa: N818 - read aloud by whoever makes the release
    """The version was released before, and what it published stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An event as a release wrote it."""

    version: str
    shape: str
    type: str
    subject: str
    payload: bytes

    @property
    def noun(self) -> str:
        """The kind of the aggregate, as the subject names it."""
        return self.subject.split(".")[-2]


def keep(version: str, *, folder: Path = FOLDER) -> list[Path]:
    """Write the examples of every event that is new or has grown since the last release; the files written.

    Raises AlreadyReleased for a version that has its folder: old examples never change.
    """
    target = folder / version
    if target.exists():
        raise AlreadyReleased(f"{version} is released; raise the version in pyproject.toml first")
    released = {(each.type, each.shape, each.payload) for each in examples(folder=folder)}
    target.mkdir(parents=True)
    # An event that several services share is kept once.
    kinds = {each.message.full_name: each for each in published()}
    return [_write(target, each) for each in kinds.values() if not _shapes(each) <= released]


def examples(*, folder: Path = FOLDER) -> Iterator[Example]:
    """Every example of every release."""
    for path in sorted(folder.glob("*/*.json")):
        record = orjson.loads(path.read_bytes())
        for shape in ("minimal", "maximal"):
            yield Example(
                version=path.parent.name,
                shape=shape,
                type=record["type"],
                subject=record["subject"],
                payload=b64decode(record[shape]),
            )


def _shapes(event: Published) -> set[tuple[str, str, bytes]]:
    name = event.message.full_name
    return {(name, "minimal", minimal(event.message)), (name, "maximal", maximal(event.message))}


def _write(target: Path, event: Published) -> Path:
    record = {
        "type": event.message.full_name,
        "subject": event.subject,
        "minimal": b64encode(minimal(event.message)).decode(),
        "maximal": b64encode(maximal(event.message)).decode(),
    }
    path = target / f"{event.message.full_name}.json"
    path.write_bytes(orjson.dumps(record, option=orjson.OPT_INDENT_2) + b"\n")
    return path
