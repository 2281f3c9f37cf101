"""The pages of `docs/reference` say what the code says."""

import re

import pytest

from deploy.reference.pages import FOLDER, pages
from deploy.reference.settings import found
from tests.architecture.tree import PRODUCT, shown, sources

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_makes_it(name: str) -> None:
    standing = (FOLDER / name).read_text(encoding="utf-8")
    assert standing == PAGES[name], f"docs/reference/{name} is old: run make reference"


def test_no_page_is_left_of_what_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_every_variable_the_code_reads_has_a_meaning() -> None:
    known = {setting.name for setting in found()}
    read = re.compile(r"environ(?:\.get\(|\[)\s*\"(MILLRACE_[A-Z_]+)\"")
    unexplained = {
        f"{shown(path)}: {name}"
        for path in sources(*PRODUCT)
        for name in read.findall(path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert unexplained == set()
