"""Failures in a row, and what a password must be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.credentials import (
    LockOutPolicy,
    PasswordTooEasy,
    PasswordTooShort,
    SignInFailureCounted,
    SignInGuard,
    SignInLockBegan,
    SignInLocked,
    check_password,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
POLICY = LockOutPolicy(failures=3, lock=timedelta(minutes=15))
FRESH = SignInGuard(uuid=UUID(int=1), member=None)


def failing(*minutes: float) -> SignInGuard:
    guard = FRESH
    for minute in minutes:
        guard = guard.fail(policy=POLICY, now=NOON + timedelta(minutes=minute)).aggregate
    return guard


def test_the_third_failure_locks() -> None:
    change = failing(0, 1).fail(policy=POLICY, now=NOON + timedelta(minutes=2))
    until = NOON + timedelta(minutes=17)
    assert change.events == (SignInFailureCounted(failures=3), SignInLockBegan(until=until))
    with pytest.raises(SignInLocked) as refusal:
        change.aggregate.check(now=until - timedelta(seconds=1))
    assert refusal.value.retry_after_ms == 1000
    change.aggregate.check(now=until)


def test_failures_a_quarter_of_an_hour_apart_never_lock() -> None:
    assert failing(0, 15, 30, 45).failures == 1


def test_a_success_forgets_everything() -> None:
    assert failing(0, 1).clear().aggregate == FRESH


@given(st.lists(st.floats(min_value=0, max_value=14), max_size=12))
def test_no_more_than_the_allowed_failures_are_ever_judged_within_the_lock(minutes: list[float]) -> None:
    guard, judged = FRESH, 0
    for minute in sorted(minutes):
        now = NOON + timedelta(minutes=minute)
        try:
            guard.check(now=now)
        except SignInLocked:
            continue
        judged += 1
        guard = guard.fail(policy=POLICY, now=now).aggregate
    assert judged <= POLICY.failures


@pytest.mark.parametrize("password", ["a-long-enough-one", "十个汉字也可以作为密码", "correct horse battery"])
def test_length_is_what_counts(password: str) -> None:
    check_password(password, email="anna@yunfan.example")


@pytest.mark.parametrize("password", ["", "ninechars", "短"])
def test_nine_characters_are_too_few(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        check_password(password, email="anna@yunfan.example")


@pytest.mark.parametrize("password", ["aaaaaaaaaa", "1212121212", "My-Name-ANNA-2026"])
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooEasy):
        check_password(password, email="anna@yunfan.example")


def test_a_guard_keeps_the_member_it_is_about() -> None:
    about = replace(FRESH, member=UUID(int=9))
    assert about.fail(policy=POLICY, now=NOON).aggregate.member == UUID(int=9)
