"""Every text a person reads, in Chinese and English, keyed by reason."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from trade.industries import INDUSTRIES

LOCALES = ("zh", "en")
_BETWEEN: Mapping[str, str] = {"zh": "、", "en": ", "}
# Whatever value a parameter has: its words stand in a table of the trade.
_ANY = ".*"
_TABLES: Mapping[str, Mapping[str, Mapping[str, str]]] = {"industries": INDUSTRIES}
# The chassis' own texts, and those of its parts that speak to people (imports).
_SHARED = sorted(Path(__file__).parent.glob("**/messages"))


class Texts:
    """The texts of one service over those every service shares."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read `zh.toml` and `en.toml` of the shared folder and, over them, of the service's own."""
        folders = (*_SHARED,) if folder is None else (*_SHARED, folder)
        self._texts = {locale: _read(locale, folders) for locale in LOCALES}
        # Most reasons have none, and need not be looked through.
        self._with_words = frozenset(key.partition(".")[0] for key in self._texts["zh"] if "." in key)

    def render(self, reason: str, parameters: Mapping[str, str], locale: str) -> str:
        """The text of a reason with its parameters filled in; the reason itself where no text exists.

        A value that has a word of its own, under `REASON.parameter.value`, is told by it: `true` is 是, `high` is 高; a
        list of such values ("need, budget") item by item. The words of a value may name the other parameters. What is
        told in both languages, as `rule` and `rule_en`, is told in the reader's.
        """
        locale = locale if locale in self._texts else "zh"
        texts = self._texts[locale]
        template = texts.get(reason)
        if template is None:
            return reason
        own = f"_{locale}"
        spoken = {name.removesuffix(own): value for name, value in parameters.items() if name.endswith(own)}
        if spoken:
            parameters = {**parameters, **spoken}
        if reason in self._with_words:
            return template.format_map(_Lenient(_told(texts, reason, parameters, locale)))
        return template.format_map(_Lenient(parameters))

    def reasons(self, locale: str) -> frozenset[str]:
        """Every reason that has a text in the locale."""
        return frozenset(self._texts[locale])


def _told(texts: Mapping[str, str], reason: str, parameters: Mapping[str, str], locale: str) -> Mapping[str, str]:
    told = {name: _worded(texts, f"{reason}.{name}", value, locale) for name, value in parameters.items()}
    # Only words of ours are filled in: what somebody typed may hold braces.
    ours = [name for name, value in parameters.items() if "{" in texts.get(f"{reason}.{name}.{value}", "")]
    return told | {name: told[name].format_map(_Lenient(told)) for name in ours}


def _worded(texts: Mapping[str, str], key: str, value: str, locale: str) -> str:
    items = value.split(", ")
    if len(items) == 1 or not any(f"{key}.{item}" in texts for item in items):
        return texts.get(f"{key}.{value}", value)
    return _BETWEEN[locale].join(texts.get(f"{key}.{item}", item) for item in items)


class _Lenient(dict[str, str]):
    """A missing parameter shows as its name in braces: a flawed text is better than none."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@cache
def _read(locale: str, folders: tuple[Path, ...]) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for folder in folders:
        path = folder / f"{locale}.toml"
        if path.exists():
            texts.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return dict(_spelled_out(texts, locale))


def _spelled_out(texts: Mapping[str, str], locale: str) -> Iterator[tuple[str, str]]:
    """The texts, with the words of a table of the trade where one says `"REASON.parameter.*" = "industries"`."""
    for key, text in texts.items():
        if key.endswith(_ANY):
            for code, words in _TABLES[text].items():
                yield f"{key.removesuffix(_ANY)}.{code}", words[locale]
        else:
            yield key, text


def locale_of(accept_language: str) -> str:
    """The first of our languages a reader accepts (RFC 9110 accept-language, weights ignored); Chinese by default."""
    for part in accept_language.split(","):
        language = part.split(";")[0].strip().lower()[:2]
        if language in LOCALES:
            return language
    return "zh"
