"""Names in pinyin (拼音), by which lists sort."""


def pinyin_of(name: str) -> str:
    """A name in pinyin without tones, in lower case; what is not Chinese stays as it is."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take memory; loaded when first needed

    return " ".join(" ".join(lazy_pinyin(name)).lower().split())[:200]
