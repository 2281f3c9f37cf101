"""Signature links: open, used once, locked, over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.contracts.application.signature_links import link_secrets
from services.contracts.domain.signature import (
    Evidence,
    Signature,
    SignatureClosed,
    SignatureExpired,
    SignatureMethod,
    SignatureState,
    digest_of,
)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
LINK = Signature(
    uuid=UUID(int=1),
    contract=UUID(int=2),
    method=SignatureMethod.ELECTRONIC,
    token_hash=digest_of("token"),
    code_hash=digest_of("123456", uuid=UUID(int=1)),
    expire_time=NOON + timedelta(days=14),
    content_hash=b"c",
    document=UUID(int=3),
    document_hash=b"d",
    creator="members/5",
    create_time=NOON,
    update_time=NOON,
)


def test_only_the_right_code_is_accepted() -> None:
    assert LINK.accepts("123456")
    assert not LINK.accepts("123457")


def test_a_code_is_worth_nothing_for_another_link() -> None:
    assert not replace(LINK, uuid=UUID(int=9)).accepts("123456")


def test_a_link_holds_to_the_last_moment_and_no_longer() -> None:
    LINK.require_open(now=LINK.expire_time - timedelta(microseconds=1))
    with pytest.raises(SignatureExpired):
        LINK.require_open(now=LINK.expire_time)


def test_a_link_is_used_once() -> None:
    signed = LINK.sign(evidence=Evidence(signer_name="张伟"), now=NOON).aggregate
    with pytest.raises(SignatureClosed):
        signed.sign(evidence=Evidence(), now=NOON)
    with pytest.raises(SignatureClosed):
        signed.revoke(now=NOON)


def test_the_fifth_wrong_code_locks() -> None:
    link = LINK
    for _ in range(4):
        link = link.missed(most=5, now=NOON).aggregate
    assert link.state is SignatureState.OPEN
    assert link.missed(most=5, now=NOON).aggregate.state is SignatureState.LOCKED


def test_a_locked_link_is_taken_back_but_not_signed() -> None:
    locked = replace(LINK, state=SignatureState.LOCKED)
    with pytest.raises(SignatureClosed):
        locked.sign(evidence=Evidence(), now=NOON)
    assert locked.revoke(now=NOON).aggregate.state is SignatureState.REVOKED


def test_the_secrets_of_a_link_are_its_own_and_always_the_same() -> None:
    first = link_secrets(b"key", UUID(int=1))
    assert first == link_secrets(b"key", UUID(int=1))
    assert first.token != link_secrets(b"key", UUID(int=2)).token
    assert first.token != link_secrets(b"other", UUID(int=1)).token
    assert (len(first.token), len(first.code)) == (43, 6)
