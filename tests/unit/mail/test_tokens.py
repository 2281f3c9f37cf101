"""The tokens of links in mails."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.mail.tokens import LinkKind, MailLink, link_of_token, mail_token

KEY, MAIL = b"k" * 32, UUID(int=7)


@given(st.uuids(), st.sampled_from(LinkKind), st.integers(0, 19))
def test_a_token_is_that_of_its_link(mail: UUID, kind: LinkKind, place: int) -> None:
    assert link_of_token(KEY, mail_token(KEY, mail, kind, place=place)) == MailLink(mail, kind, place)


@given(st.integers(0, 33), st.integers(1, 255))
def test_a_token_that_was_changed_is_none(place: int, flip: int) -> None:
    import base64

    told = bytearray(base64.urlsafe_b64decode(mail_token(KEY, MAIL, LinkKind.PICTURE) + "=="))
    told[place] ^= flip
    assert link_of_token(KEY, base64.urlsafe_b64encode(bytes(told)).decode().rstrip("=")) is None


@pytest.mark.parametrize("token", ["", "A", "é", "=" * 8, "A" * 44, "A" * 100])
def test_what_we_did_not_give_is_none(token: str) -> None:
    assert link_of_token(KEY, token) is None


def test_a_token_of_another_key_is_none() -> None:
    assert link_of_token(b"another", mail_token(KEY, MAIL, LinkKind.CONTENT)) is None
