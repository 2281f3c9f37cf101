"""Every refusal and every permission has its text in both languages."""

import importlib
import pkgutil
from pathlib import Path

import services.directory
from chassis.texts import LOCALES, Texts
from kernel.errors import Refusal
from services.directory.domain.role import PERMISSIONS, meaning_of

TEXTS = Texts(Path(services.directory.__file__).parent / "messages")


def refusals() -> set[str]:
    for layer in ("domain", "application"):
        package = importlib.import_module(f"services.directory.{layer}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    ours = (kind for kind in _below(Refusal) if kind.__module__.startswith("services.directory"))
    return {kind.reason for kind in ours}


def _below(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind, *(deeper for each in kind.__subclasses__() for deeper in _below(each))}


def test_every_refusal_is_worded_in_both_languages() -> None:
    for locale in LOCALES:
        assert refusals() - TEXTS.reasons(locale) == set()


def test_every_permission_is_explained_in_both_languages() -> None:
    for locale in LOCALES:
        assert {meaning_of(permission) for permission in PERMISSIONS} - TEXTS.reasons(locale) == set()


def test_both_languages_word_the_same_reasons() -> None:
    assert TEXTS.reasons("zh") == TEXTS.reasons("en")
