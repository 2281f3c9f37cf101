"""Which files are taken."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.files import FileContentDiffers, FileNameUnfit, FileTypeNotAllowed, receive
from chassis.files.media import display_name, media_type_of
from chassis.imports.refusals import FileEmpty, FileTooLarge
from kernel.errors import Refusal

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


def package(path: Path, *names: str) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\客户\\需求说明书.docx", "需求说明书.docx"),
        ("../../etc/需求.pdf", "需求.pdf"),
        ("需求\n\u202e.pdf", "需求.pdf"),
        (" 报价 单.xlsx ", "报价 单.xlsx"),
    ],
)
def test_a_file_is_shown_by_its_name_without_folders_and_control_characters(name: str, shown: str) -> None:
    assert display_name(name) == shown


@pytest.mark.parametrize("name", ["", "/", "...", ".pdf", "x" * 197 + ".pdf"])
def test_a_file_needs_a_name_people_can_find_it_by(name: str) -> None:
    with pytest.raises(Refusal):
        media_type_of(display_name(name), content_type="")


@pytest.mark.parametrize(
    "name", ["setup.exe", "需求.pdf.exe", "run.sh", "page.html", "macro.docm", "picture.svg", "noname"]
)
def test_a_program_or_a_page_is_not_taken_whatever_it_is_called(name: str) -> None:
    with pytest.raises(FileTypeNotAllowed) as refusal:
        media_type_of(name, content_type="application/octet-stream")
    assert refusal.value.allowed == ".pdf .png .jpg .jpeg .docx .xlsx .pptx .txt"


def test_a_declared_type_that_contradicts_the_name_is_refused() -> None:
    assert media_type_of("需求.txt", content_type="text/plain; charset=utf-8") == "text/plain"
    with pytest.raises(FileTypeNotAllowed):
        media_type_of("需求.pdf", content_type="text/html")


async def test_a_file_that_is_what_it_says_comes_in_with_its_digest(tmp_path: Path) -> None:
    arrived = await receive(pieces(b"%PDF-1.7 ", b"abc"), path=tmp_path / "f", file_name="需求.PDF")
    assert (arrived.size, arrived.media_type, arrived.display_name) == (12, "application/pdf", "需求.PDF")
    assert arrived.sha256.hex() == "baad13769b56aaeb5b072762fefe73bc572a131353d594ec2db2b382bfabadfa"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("需求.pdf", b"MZ\x90\x00 a program"),
        ("图.png", b"\xff\xd8\xff a jpeg"),
        ("说明.txt", b"#!/bin/sh\nrm"),
        ("说明.txt", b"a\x00b"),
        ("需求.docx", b"PK\x03\x04 no package"),
    ],
)
async def test_content_that_differs_from_the_name_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileContentDiffers):
        await receive(pieces(content), path=tmp_path / "f", file_name=name)


async def test_a_document_with_macros_is_refused_and_one_without_is_taken(tmp_path: Path) -> None:
    plain = package(tmp_path / "p", "[Content_Types].xml", "word/document.xml")
    arrived = await receive(pieces(plain), path=tmp_path / "f", file_name="需求.docx")
    assert arrived.media_type == WORD
    risky = package(tmp_path / "r", "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
    with pytest.raises(FileContentDiffers):
        await receive(pieces(risky), path=tmp_path / "f", file_name="需求.docx")
    with pytest.raises(FileContentDiffers):
        await receive(pieces(plain), path=tmp_path / "f", file_name="报价.xlsx")


async def test_an_empty_file_and_one_over_20_mib_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileEmpty):
        await receive(pieces(), path=tmp_path / "f", file_name="需求.pdf")
    mib = b"%PDF-" + b"x" * (1024 * 1024 - 5)
    assert (await receive(pieces(*[mib] * 20), path=tmp_path / "f", file_name="需求.pdf")).size == 20 * 1024 * 1024
    with pytest.raises(FileTooLarge):
        await receive(pieces(*[mib] * 20, b"x"), path=tmp_path / "f", file_name="需求.pdf")


def test_no_file_is_kept_without_a_name() -> None:
    with pytest.raises(FileNameUnfit):
        display_name("\u200b/")
