"""People's names, Chinese and Western."""

import re

from msgspec import Struct

from trade.text import folded, is_han, listed

_CHINESE_TITLES = re.compile(
    r"(?:先生|女士|小姐|老师|同志|总经理|副总经理|副总裁|总裁|总监|经理|主任|主管|董事长|董事"
    r"|工程师|厂长|院长|局长|处长|科长|部长|工|总|博士|教授)+$"
)
_WESTERN_TITLES = frozenset(
    listed(
        """
        mr mrs ms miss dr prof sir madam herr frau mme jr sr ii iii phd
        """
    )
)
_BRACKETED = re.compile(r"[(\[【].*?[)\]】]")
_BREAKS = re.compile(r"[^\w']+")
COMPOUND_SURNAMES = frozenset(
    listed(
        """
        欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 令狐 慕容 司徒 夏侯 宇文 长孙 端木 独孤 南宫 西门 轩辕
        百里 呼延 东郭 申屠 太史 闻人 澹台 公冶 淳于
        """
    )
)


class PersonName(Struct, frozen=True, array_like=True, gc=False):
    """A person's name in comparable form; `words` keep their order, which may be either way round."""

    words: tuple[str, ...]
    chinese: bool
    only_surname: bool = False

    @property
    def key(self) -> str:
        """One text for all orders of the words."""
        return " ".join(sorted(self.words))


def person_name(text: str) -> PersonName:
    """Read a name, leaving titles out: 王总 is a surname only, "Dr. Anna Li" is `anna li`."""
    name = _BRACKETED.sub(" ", folded(text)) if "(" in text or "（" in text or "【" in text else folded(text)
    if is_han(name):
        return _chinese(name)
    words = tuple(word for word in _BREAKS.split(name.replace("'", "")) if word and word not in _WESTERN_TITLES)
    return PersonName(words, chinese=False)


def _chinese(name: str) -> PersonName:
    joined = "".join(letter for letter in name if letter.isalnum())
    bare = joined
    titled = _CHINESE_TITLES.search(joined)
    # 张工 is Mr Zhang the engineer, 李建工 is a name: one-letter titles count only after a bare surname.
    if titled and (len(titled[0]) > 1 or _is_surname(joined[: titled.start()])):
        bare = joined[: titled.start()]
    if not bare:
        return PersonName((), chinese=True)
    return PersonName((bare,), chinese=True, only_surname=_is_surname(bare) and bare != joined)


def _is_surname(text: str) -> bool:
    return len(text) == 1 or text in COMPOUND_SURNAMES


def surname_size(name: str) -> int:
    """How many characters of a Chinese name are the surname."""
    return 2 if name[:2] in COMPOUND_SURNAMES else 1
