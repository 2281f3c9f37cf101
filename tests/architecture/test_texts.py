"""Whatever the product refuses or explains, it says in Chinese and in English."""

import re
import tomllib
from pathlib import Path

import pytest

from deploy.reference.errors import refusals
from kernel.errors import Refusal
from tests.architecture.tree import ROOT, shown

FOLDERS = sorted({*ROOT.glob("*/messages"), *ROOT.glob("services/*/messages"), *ROOT.glob("chassis/*/messages")})
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,:;!?()]|[,:;!?()][\u4e00-\u9fff]")
SHARED = ROOT / "chassis" / "messages"


def texts(folder: Path, locale: str) -> dict[str, str]:
    path = folder / f"{locale}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def parameters(text: str, locale: str) -> set[str]:
    """What the text tells; a name that people gave in both languages is one parameter, `name_zh` and `name_en`."""
    return {name.removesuffix(f"_{locale}") for name in re.findall(r"\{(\w+)\}", text)}


@pytest.mark.parametrize("folder", FOLDERS, ids=shown)
def test_both_languages_word_the_same_reasons(folder: Path) -> None:
    assert set(texts(folder, "zh")) == set(texts(folder, "en"))


@pytest.mark.parametrize("folder", FOLDERS, ids=shown)
def test_both_languages_name_the_same_parameters(folder: Path) -> None:
    english = texts(folder, "en")
    differing = [
        reason
        for reason, text in texts(folder, "zh").items()
        if parameters(text, "zh") != parameters(english[reason], "en")
    ]
    assert differing == []


@pytest.mark.parametrize("folder", [*FOLDERS, ROOT / "gateway" / "cli" / "messages"], ids=shown)
def test_chinese_texts_have_chinese_punctuation(folder: Path) -> None:
    halved = [f"{reason}: {text}" for reason, text in texts(folder, "zh").items() if HALF_WIDTH.search(text)]
    assert halved == []


def speakers(kind: type[Refusal]) -> list[Path]:
    """The folders that may word a refusal: its own part's; what is shared by services, each service's."""
    part = kind.__module__.split(".")
    if part[0] == "services":
        return [Path(ROOT, *part[:2], "messages")]
    return [Path(ROOT, *part[:2], "messages"), ROOT / part[0] / "messages", *sorted(ROOT.glob("services/*/messages"))]


def test_every_refusal_has_a_text_in_both_languages() -> None:
    wordless = [
        f"{locale}: {kind.reason} ({kind.__module__})"
        for kind in refusals()
        for locale in ("zh", "en")
        if not any(kind.reason in texts(folder, locale) for folder in [SHARED, *speakers(kind)])
    ]
    assert wordless == []


def test_one_reason_means_one_refusal() -> None:
    reasons = [kind.reason for kind in refusals()]
    assert sorted({reason for reason in reasons if reasons.count(reason) > 1}) == []
