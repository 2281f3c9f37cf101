"""A file on its way in, and a file as it is kept."""

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

from chassis.files.media import check_content, display_name, media_type_of
from chassis.imports.refusals import FileEmpty, FileTooLarge

MAX_BYTES = 20 * 1024 * 1024


class FileState(Enum):
    """Whether a file is still there."""

    KEPT = "kept"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A kept file (文件): what it is called, what it is, and the SHA-256 that tells whether it is still the same."""

    uuid: UUID
    sha256: bytes
    size: int
    media_type: str
    display_name: str
    uploader: str
    create_time: datetime
    state: FileState = FileState.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A file that came in whole and was found to be what it says."""

    path: Path
    sha256: bytes
    size: int
    media_type: str
    display_name: str

    def as_file(self, uuid: UUID, *, by: str, now: datetime) -> File:
        """The file as it is kept once its bytes lie under the uuid."""
        return File(
            uuid=uuid,
            sha256=self.sha256,
            size=self.size,
            media_type=self.media_type,
            display_name=self.display_name,
            uploader=by,
            create_time=now,
        )


def made_file(content: bytes, *, uuid: UUID, media_type: str, display_name: str, by: str, now: datetime) -> File:
    """A file the service made itself, as it is kept once its bytes lie under the uuid."""
    return File(
        uuid=uuid,
        sha256=hashlib.sha256(content).digest(),
        size=len(content),
        media_type=media_type,
        display_name=display_name,
        uploader=by,
        create_time=now,
    )


@contextlib.contextmanager
def scratch_file() -> Iterator[Path]:
    """A place on disk for one file, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="millrace-file-") as folder:
        yield Path(folder) / "file"


async def receive(pieces: AsyncIterator[bytes], *, path: Path, file_name: str, content_type: str = "") -> Arrived:
    """Write the pieces to disk as they come, and find the file fit to be kept.

    Raises FileNameUnfit and FileTypeNotAllowed before the first piece, FileTooLarge as soon as it grows over 20 MiB,
    FileEmpty and FileContentDiffers at its end.
    """
    shown = display_name(file_name)
    media_type = media_type_of(shown, content_type=content_type)
    size, digest = 0, hashlib.sha256()
    with path.open("wb") as file:
        async for piece in pieces:
            size += len(piece)
            if size > MAX_BYTES:
                raise FileTooLarge(limit_mib=MAX_BYTES // 1024 // 1024)
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    if not size:
        raise FileEmpty
    await asyncio.to_thread(check_content, path, media_type)
    return Arrived(path=path, sha256=digest.digest(), size=size, media_type=media_type, display_name=shown)
