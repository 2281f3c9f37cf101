"""What an address allows follows from the last thing chosen for it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import NOON
from trade.mail_choices import NOTHING_CHOSEN, Choice, ChoiceKind, digest_of, mailbox_of, standing_of

DAY = timedelta(days=1)
CONSENTED, UNSUBSCRIBED, BOUNCED = ChoiceKind.CONSENTED, ChoiceKind.UNSUBSCRIBED, ChoiceKind.BOUNCED


def chosen(*kinds: ChoiceKind) -> list[Choice]:
    """So many choices, each a day after the one before."""
    return [Choice(kind=kind, time=NOON + place * DAY, source="") for place, kind in enumerate(kinds)]


def test_nobody_is_mailed_who_did_not_agree() -> None:
    assert not NOTHING_CHOSEN.allows_marketing
    assert NOTHING_CHOSEN.refusal is CONSENTED


@pytest.mark.parametrize(
    ("kinds", "refusal"),
    [
        ((CONSENTED,), None),
        ((CONSENTED, UNSUBSCRIBED), UNSUBSCRIBED),
        ((CONSENTED, UNSUBSCRIBED, CONSENTED), None),
        ((CONSENTED, BOUNCED), BOUNCED),
        ((CONSENTED, BOUNCED, UNSUBSCRIBED), UNSUBSCRIBED),
        ((UNSUBSCRIBED,), UNSUBSCRIBED),
        ((CONSENTED, UNSUBSCRIBED, BOUNCED, CONSENTED), None),
    ],
)
def test_the_last_choice_counts(kinds: tuple[ChoiceKind, ...], refusal: ChoiceKind | None) -> None:
    standing = standing_of(chosen(*kinds))
    assert standing.refusal is refusal
    assert standing.allows_marketing is (refusal is None)


def test_of_one_moment_the_refusal_counts() -> None:
    both = [Choice(kind=kind, time=NOON, source="") for kind in (CONSENTED, UNSUBSCRIBED)]
    assert not standing_of(both).allows_marketing


@given(
    st.lists(st.tuples(st.sampled_from(ChoiceKind), st.integers(0, 5)), max_size=8).flatmap(
        lambda told: st.tuples(st.just(told), st.permutations(told))
    )
)
def test_the_order_in_which_choices_are_told_does_not_matter(
    told: tuple[list[tuple[ChoiceKind, int]], list[tuple[ChoiceKind, int]]],
) -> None:
    one, other = (
        standing_of(Choice(kind=kind, time=NOON + days * DAY, source="") for kind, days in each) for each in told
    )
    assert one == other


def test_a_mailbox_is_known_however_it_is_written() -> None:
    assert digest_of("Wang.Li+news@Gmail.com") == digest_of("<wangli@googlemail.com>")
    assert digest_of("wang@a.example") != digest_of("wang@b.example")
    assert "wang" not in digest_of("wang@a.example")


def test_it_is_mailed_as_it_was_written() -> None:
    assert mailbox_of(" Wang.Li+news@Gmail.com; ") == "wang.li+news@gmail.com"
    assert mailbox_of("wang@公司.cn") == "wang@xn--55qx5d.cn"


@pytest.mark.parametrize("told", ["", "无", "wang", "wang@", "a@b.example c@d.example"])
def test_what_is_no_address_is_nobodys(told: str) -> None:
    assert mailbox_of(told) == digest_of(told) == ""
