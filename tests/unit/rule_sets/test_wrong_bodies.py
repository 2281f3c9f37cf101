"""Whatever is wrong with a rule set is refused by its place, and said in the language of the reader."""

import re
from collections.abc import Iterator

import pytest

from tests.unit.rule_sets.kinds import KINDS, Kind, bodies_gone_wrong, changed, sections
from trade.rule_body import RuleBodyInvalid

_SENTENCE = re.compile(r"[A-Za-z']+ [A-Za-z']+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORDS = "RULE_BODY_INVALID.problem."
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def refusals(kind: Kind) -> Iterator[RuleBodyInvalid]:
    """How each wrong body is refused; nothing but a refusal comes of one."""
    for body in bodies_gone_wrong(kind):
        try:
            kind.read(body)
        except RuleBodyInvalid as refusal:
            yield refusal


def worded(kind: Kind, refusal: RuleBodyInvalid, locale: str) -> str:
    return kind.texts.render(refusal.reason, refusal.metadata(), locale)


@every_kind
def test_a_key_that_nobody_reads_is_refused_at_every_level(kind: Kind) -> None:
    for path in sections(kind.body):
        with pytest.raises(RuleBodyInvalid) as refusal:
            kind.read(changed(kind.body, (*path, "otherwize"), "B"))
        assert refusal.value.field.endswith("otherwize")


@every_kind
def test_no_refusal_holds_an_english_sentence_in_its_chinese_text(kind: Kind) -> None:
    told = {worded(kind, refusal, "zh") for refusal in refusals(kind)}
    assert len(told) > 1
    assert sorted(filter(_SENTENCE.search, told)) == []


@every_kind
def test_no_refusal_holds_chinese_in_its_english_text(kind: Kind) -> None:
    assert [text for refusal in refusals(kind) if _CHINESE.search(text := worded(kind, refusal, "en"))] == []


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_problem_has_words_and_all_words_are_of_a_problem(locale: str) -> None:
    met, known = set(), set()
    for kind in KINDS:
        found = list(refusals(kind))
        met |= {refusal.problem for refusal in found}
        known |= {key.removeprefix(_WORDS) for key in kind.texts.reasons(locale) if key.startswith(_WORDS)}
        assert [text for refusal in found if "{" in (text := worded(kind, refusal, locale))] == []
    assert met == known
