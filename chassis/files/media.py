"""Which files are taken: by the ending of their name and by their first bytes, both of one list."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from chassis.imports.refusals import FileRefused

_HEAD = 512
_LONGEST_NAME = 200
_UNTOLD = frozenset({"", "application/octet-stream"})
_CONTENTS = "[Content_Types].xml"
_MOST_PARTS = 10_000
_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(eq=False, kw_only=True)
class FileTypeNotAllowed(FileRefused):
    """Files of this kind are not taken, whatever they contain."""

    reason = "FILE_TYPE_NOT_ALLOWED"

    ending: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class FileContentDiffers(FileRefused):
    """The content is not what the name of the file says, or carries a program."""

    reason = "FILE_CONTENT_DIFFERS"

    media_type: str


@dataclass(eq=False, kw_only=True)
class FileNameUnfit(FileRefused):
    """The file has no name people could find it by."""

    reason = "FILE_NAME_UNFIT"


def media_type_of(name: str, *, content_type: str) -> str:
    """The media type by the ending; raises FileTypeNotAllowed for another ending or another declared type."""
    ending = PurePosixPath(name).suffix.lower()
    found = MEDIA_TYPES.get(ending)
    declared = content_type.partition(";")[0].strip().lower()
    if found is None or (declared not in _UNTOLD and declared != found):
        raise FileTypeNotAllowed(ending=ending, allowed=" ".join(MEDIA_TYPES))
    return found


def check_content(path: Path, media_type: str) -> None:
    """Raise FileContentDiffers when the file on disk does not begin as its media type does; read from a thread."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not _CHECKS[media_type](head, path):
        raise FileContentDiffers(media_type=media_type)


def display_name(file_name: str) -> str:
    """The name without folders and control characters; raises FileNameUnfit where nothing is left."""
    bare = PureWindowsPath(PurePosixPath(file_name.strip()).name).name
    shown = "".join(letter for letter in bare if letter.isprintable()).strip()
    path = PurePosixPath(shown)
    if not path.stem.strip(". ") or len(shown) > _LONGEST_NAME:
        raise FileNameUnfit
    return shown


def _begins(*beginnings: bytes) -> Callable[[bytes, Path], bool]:
    return lambda head, _path: head.startswith(beginnings)


def _is_text(head: bytes, _path: Path) -> bool:
    return b"\0" not in head and not head.startswith((b"MZ", b"\x7fELF", b"#!"))


def _is_office(folder: str) -> Callable[[bytes, Path], bool]:
    """A package of Office Open XML (ECMA-376) of this kind, and without macros."""

    def check(_head: bytes, path: Path) -> bool:
        try:
            with zipfile.ZipFile(path) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        whole = len(names) <= _MOST_PARTS and _CONTENTS in names and any(name.startswith(folder) for name in names)
        return whole and not any(name.lower().endswith("vbaproject.bin") for name in names)

    return check


MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".txt": "text/plain",
}
_CHECKS: Mapping[str, Callable[[bytes, Path], bool]] = {
    "application/pdf": _begins(b"%PDF-"),
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": _begins(b"\xff\xd8\xff"),
    MEDIA_TYPES[".docx"]: _is_office("word/"),
    MEDIA_TYPES[".xlsx"]: _is_office("xl/"),
    MEDIA_TYPES[".pptx"]: _is_office("ppt/"),
    "text/plain": _is_text,
}
