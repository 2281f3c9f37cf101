"""Sessions, signing keys and API clients as facts."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.api_clients import (
    ApiClient,
    ApiClientDraft,
    ApiClientExpiryOutOfRange,
    ApiClientRefused,
    create_api_client,
)
from services.directory.domain.sessions import (
    Session,
    SessionEnd,
    SessionEnded,
    SessionLimits,
    SessionRenewed,
    SessionRevoked,
    SignInMethod,
    start_session,
)
from services.directory.domain.signing_keys import create_signing_key, next_start, signing_key
from services.directory.storage.sealing import SealBroken, Sealing, new_secret

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LIMITS = SessionLimits()


def a_session() -> Session:
    return start_session(
        uuid=UUID(int=1), member=UUID(int=2), method=SignInMethod.PASSWORD, device="", limits=LIMITS, now=NOON
    ).aggregate


def test_the_newest_token_moves_the_session_on() -> None:
    change = a_session().refresh(generation=1, limits=LIMITS, now=NOON + timedelta(days=1))
    assert change.events == (SessionRenewed(),)
    assert change.aggregate.generation == 2
    assert change.aggregate.expires_at == NOON + timedelta(days=8)


def test_the_token_before_is_a_repeat_for_ten_seconds_and_a_theft_afterwards() -> None:
    renewed = a_session().refresh(generation=1, limits=LIMITS, now=NOON).aggregate
    repeat = renewed.refresh(generation=1, limits=LIMITS, now=NOON + timedelta(seconds=10))
    assert (repeat.aggregate, repeat.events) == (renewed, ())
    theft = renewed.refresh(generation=1, limits=LIMITS, now=NOON + timedelta(seconds=10, microseconds=1))
    assert theft.events == (SessionRevoked(),)
    assert theft.aggregate.end is SessionEnd.REUSED


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=20))
def test_a_token_older_than_the_last_two_always_ends_the_session(steps: list[tuple[int, int]]) -> None:
    session, now = a_session(), NOON
    for back, seconds in steps:
        now += timedelta(seconds=seconds)
        generation = max(1, session.generation - back)
        spent = session.generation - generation
        late = now - session.refreshed_at > LIMITS.repeat
        session = session.refresh(generation=generation, limits=LIMITS, now=now).aggregate
        assert (session.end is SessionEnd.REUSED) == (spent > 1 or (spent == 1 and late))
        if session.end:
            with pytest.raises(SessionEnded):
                session.refresh(generation=session.generation, limits=LIMITS, now=now)
            return


def test_a_session_that_ended_does_not_end_again() -> None:
    ended = a_session().revoke(end=SessionEnd.SIGNED_OUT, now=NOON).aggregate
    with pytest.raises(SessionEnded):
        ended.revoke(end=SessionEnd.REVOKED, now=NOON)


def test_a_key_is_made_a_day_before_the_last_one_ends_and_follows_it_without_a_gap() -> None:
    first = create_signing_key(uuid=UUID(int=1), public="", sealed_private=b"", sign_from=NOON).aggregate
    assert next_start([], now=NOON) == NOON
    assert next_start([first], now=NOON + timedelta(days=28, hours=23)) is None
    begin = next_start([first], now=NOON + timedelta(days=29))
    assert begin == first.sign_until
    second = create_signing_key(uuid=UUID(int=2), public="", sealed_private=b"", sign_from=begin).aggregate
    assert signing_key([first, second], now=first.sign_until - timedelta(seconds=1)) == first
    assert signing_key([first, second], now=first.sign_until) == second


def test_after_a_long_silence_a_key_signs_at_once() -> None:
    first = create_signing_key(uuid=UUID(int=1), public="", sealed_private=b"", sign_from=NOON).aggregate
    later = NOON + timedelta(days=100)
    assert next_start([first], now=later) == later


def test_a_key_ended_before_its_time_is_known_no_more_and_its_successor_signs_at_once() -> None:
    first = create_signing_key(uuid=UUID(int=1), public="", sealed_private=b"", sign_from=NOON).aggregate
    ended = first.end(now=NOON + timedelta(days=1)).aggregate
    assert not ended.known(now=NOON + timedelta(days=1))
    prepared = create_signing_key(uuid=UUID(int=2), public="", sealed_private=b"", sign_from=first.sign_until).aggregate
    assert next_start([prepared], now=NOON + timedelta(days=1)) == NOON + timedelta(days=1)


def a_client(expires_at: datetime | None = None) -> ApiClient:
    draft = ApiClientDraft(display_name="ERP", scopes=("leads.write", "leads.read"), expires_at=expires_at)
    return create_api_client(uuid=UUID(int=1), draft=draft, secret="s3cret", creator=None, now=NOON).aggregate


def test_a_client_may_call_with_its_secret_until_its_end() -> None:
    client = a_client()
    client.check(secret="s3cret", now=NOON + timedelta(days=364))
    for secret, now in (("s3cret ", NOON), ("s3cret", NOON + timedelta(days=365))):
        with pytest.raises(ApiClientRefused):
            client.check(secret=secret, now=now)
    with pytest.raises(ApiClientRefused):
        client.revoke(now=NOON).aggregate.check(secret="s3cret", now=NOON)


@pytest.mark.parametrize("days", [0, 732])
def test_a_client_ends_in_the_future_within_two_years(days: int) -> None:
    with pytest.raises(ApiClientExpiryOutOfRange):
        a_client(expires_at=NOON + timedelta(days=days))


def test_what_is_sealed_opens_only_with_the_same_secret_in_the_same_row() -> None:
    row, sealing = UUID(int=1), Sealing("a" * 32)
    sealed = sealing.seal(b"private", of=row)
    assert sealing.open(sealed, of=row) == b"private"
    for other, of in ((Sealing("b" * 32), row), (sealing, UUID(int=2))):
        with pytest.raises(SealBroken):
            other.open(sealed, of=of)
    with pytest.raises(SealBroken):
        sealing.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), of=row)


def test_the_successor_of_a_token_is_known_to_the_installation_only() -> None:
    token = new_secret()
    assert Sealing("a" * 32).successor(token) == Sealing("a" * 32).successor(token)
    assert Sealing("a" * 32).successor(token) != Sealing("b" * 32).successor(token)
    assert len(Sealing("a" * 32).successor(token)) == 43
