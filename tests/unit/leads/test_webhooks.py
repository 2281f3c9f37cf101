"""Signatures of webhooks, as Standard Webhooks has them."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.leads.domain.webhooks import Signed, WebhookUnsigned, channel_key, signature, written_key

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KEY = channel_key(b"installation", UUID(int=1))
BODY = b'{"behaviours": []}'


def signed(**changed: object) -> Signed:
    timestamp = str(int(NOW.timestamp()))
    values = {
        "id": "msg_1",
        "timestamp": timestamp,
        "signatures": f"v1,{signature(KEY, 'msg_1', timestamp, BODY)}",
        "body": BODY,
    }
    return Signed(**{**values, **changed})  # type: ignore[arg-type]  # what a test changes has the type of its field


def passes(told: Signed, *, key: bytes = KEY, at: datetime = NOW) -> bool:
    """Whether it is taken as signed by the channel of the key."""
    try:
        told.check(key=key, now=at)
    except WebhookUnsigned:
        return False
    return True


@pytest.mark.parametrize("away", [timedelta(minutes=-5), timedelta(), timedelta(minutes=5)])
def test_what_is_signed_within_five_minutes_passes(away: timedelta) -> None:
    assert passes(signed(), at=NOW + away)


@pytest.mark.parametrize("away", [timedelta(minutes=-5, seconds=-1), timedelta(minutes=5, seconds=1)])
def test_what_was_signed_longer_ago_or_is_yet_to_be_is_refused(away: timedelta) -> None:
    assert not passes(signed(), at=NOW + away)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b" "},
        {"id": "msg_2"},
        {"id": ""},
        {"timestamp": str(int(NOW.timestamp()) + 1)},
        {"timestamp": "soon"},
        {"timestamp": "9" * 5000},
        {"signatures": ""},
        {"signatures": "v1,AAAA"},
        {"signatures": "v1,线索"},
    ],
)
def test_a_signature_holds_for_one_body_one_id_and_one_moment(changed: dict[str, object]) -> None:
    assert not passes(signed(**changed))


def test_one_of_several_signatures_is_enough() -> None:
    assert passes(signed(signatures=f"v1,AAAA {signed().signatures}"))


def test_each_channel_has_a_key_of_its_own() -> None:
    assert not passes(signed(), key=channel_key(b"installation", UUID(int=2)))
    assert channel_key(b"other", UUID(int=1)) != KEY


def test_the_signature_is_that_of_the_standard() -> None:
    """The vector that its libraries are tested with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    told = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert told == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert written_key(key) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
