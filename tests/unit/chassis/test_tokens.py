"""What passes for an access token, and what does not."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from joserfc.jws import JWSRegistry

from chassis.tokens import ALGORITHM, Claims, TokenVerifier, encode_token, service_secret
from kernel.errors import Overloaded, Unauthenticated

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KEY = OKPKey.generate_key("Ed25519", {"kid": "one"})
OTHER = OKPKey.generate_key("Ed25519", {"kid": "two"})
SESSION = UUID("018f0000-0000-7000-8000-000000000001")
ANNA = Claims(
    subject="members/018f0000-0000-7000-8000-00000000000a",
    roles=frozenset({"sales"}),
    session=SESSION,
    issue_time=NOON,
    expire_time=NOON + timedelta(minutes=10),
)


class Source:
    """A key set that counts how often it is asked."""

    def __init__(self, *keys: OKPKey) -> None:
        self.keys = list(keys)
        self.fetches = 0
        self.away = False

    async def fetch(self) -> Sequence[Mapping[str, str]]:
        self.fetches += 1
        if self.away:
            raise Overloaded
        return [{k: str(v) for k, v in key.as_dict(private=False).items()} for key in self.keys]


class Revoked:
    def __init__(self) -> None:
        self.sessions: set[UUID] = set()

    async def holds(self, session: UUID) -> bool:
        return session in self.sessions


def forge(claims: Mapping[str, Any], *, header: Mapping[str, Any] | None = None, key: OKPKey = KEY) -> str:
    whole = {"alg": ALGORITHM, "kid": "one", "typ": "at+jwt", **(header or {})}
    return jwt.encode(whole, dict(claims), key, registry=JWSRegistry(algorithms=[ALGORITHM]))


def good() -> dict[str, Any]:
    return {
        "iss": "millrace/directory",
        "aud": "millrace",
        "sub": "members/018f0000-0000-7000-8000-00000000000a",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 600,
        "roles": ["sales"],
    }


def raw(header: Mapping[str, Any], claims: Mapping[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join([*parts, signature])


async def test_a_token_says_who_calls_with_which_roles_in_which_session() -> None:
    token = encode_token(ANNA, key=KEY, key_id="one")
    assert await TokenVerifier(Source(KEY)).verify(token, NOON) == ANNA


async def test_a_token_holds_until_thirty_seconds_after_its_end_and_no_longer() -> None:
    verifier = TokenVerifier(Source(KEY))
    token = encode_token(ANNA, key=KEY, key_id="one")
    assert await verifier.verify(token, NOON + timedelta(minutes=10, seconds=29)) == ANNA
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, NOON + timedelta(minutes=10, seconds=30))
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(token, NOON + timedelta(minutes=10, seconds=30))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "iat", "exp"])
async def test_a_token_without_a_required_claim_is_refused(missing: str) -> None:
    claims = good()
    del claims[missing]
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(forge(claims), NOON)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "somebody-else"},
        {"aud": ["millrace", "somebody-else"]},
        {"iss": "https://evil.example"},
        {"iss": "millrace/directory/"},
        {"sub": ""},
        {"sub": 7},
        {"sid": "not-a-uuid"},
        {"roles": "administrator"},
        {"exp": int(NOON.timestamp()) + 601},
        {"exp": 10**20},
        {"iat": int(NOON.timestamp()) + 31, "exp": int(NOON.timestamp()) + 500},
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(wrong: Mapping[str, Any]) -> None:
    assert (await TokenVerifier(Source(KEY)).verify(forge(good()), NOON)).roles == {"sales"}
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(forge({**good(), **wrong}), NOON)


async def test_a_token_without_signature_is_refused() -> None:
    verifier = TokenVerifier(Source(KEY))
    for algorithm in ("none", "None", ALGORITHM):
        with pytest.raises(Unauthenticated):
            await verifier.verify(raw({"alg": algorithm, "kid": "one", "typ": "at+jwt"}, good()), NOON)


async def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    public = str(KEY.as_dict(private=False)["x"])
    secret = OctKey.import_key(base64.urlsafe_b64decode(public + "="))
    token = jwt.encode({"alg": "HS256", "kid": "one", "typ": "at+jwt"}, good(), secret, algorithms=["HS256"])
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(token, NOON)


async def test_a_token_of_another_kind_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(forge(good(), header={"typ": "JWT"}), NOON)


async def test_a_token_signed_by_another_key_under_a_known_id_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(forge(good(), key=OTHER), NOON)


async def test_a_changed_token_is_refused_also_after_the_true_one_passed() -> None:
    verifier = TokenVerifier(Source(KEY))
    token = forge(good())
    await verifier.verify(token, NOON)
    head, _, signature = token.split(".")
    claims = base64.urlsafe_b64encode(json.dumps({**good(), "roles": ["administrator"]}).encode()).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        await verifier.verify(f"{head}.{claims}.{signature}", NOON)


@pytest.mark.parametrize("token", ["", "x", "..", "a.b.c", "é.é.é", "e30.e30.e30", "." * 5000])
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        await TokenVerifier(Source(KEY)).verify(token, NOON)


async def test_unknown_key_ids_cause_one_fetch_in_thirty_seconds() -> None:
    source = Source(KEY)
    verifier = TokenVerifier(source)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await verifier.verify(encode_token(ANNA, key=OTHER, key_id="two"), NOON + timedelta(seconds=29))
    assert source.fetches == 1


async def test_a_new_key_is_known_thirty_seconds_after_the_last_fetch_at_the_latest() -> None:
    source = Source(KEY)
    verifier = TokenVerifier(source)
    await verifier.verify(encode_token(ANNA, key=KEY, key_id="one"), NOON)
    source.keys.append(OTHER)
    token = encode_token(ANNA, key=OTHER, key_id="two")
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, NOON + timedelta(seconds=29))
    assert await verifier.verify(token, NOON + timedelta(seconds=30)) == ANNA


async def test_a_token_that_was_known_holds_no_more_once_its_key_is_gone() -> None:
    source = Source(KEY)
    verifier = TokenVerifier(source)
    token = encode_token(ANNA, key=KEY, key_id="one")
    await verifier.verify(token, NOON)
    source.keys = [OTHER]
    later = NOON + timedelta(seconds=30)
    await verifier.verify(encode_token(ANNA, key=OTHER, key_id="two"), later)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, later)


async def test_a_key_that_is_gone_is_forgotten_after_ten_minutes_though_nobody_shows_its_successor() -> None:
    source = Source(KEY)
    verifier = TokenVerifier(source)
    await verifier.verify(encode_token(ANNA, key=KEY, key_id="one"), NOON)
    source.keys = [OTHER]
    later = NOON + timedelta(minutes=10)
    forged = replace(ANNA, issue_time=later, expire_time=later + timedelta(minutes=10))
    with pytest.raises(Unauthenticated):
        await verifier.verify(encode_token(forged, key=KEY, key_id="one"), later)


async def test_a_key_set_out_of_reach_is_our_trouble_and_not_the_callers() -> None:
    source = Source(KEY)
    source.away = True
    verifier = TokenVerifier(source)
    token = encode_token(ANNA, key=KEY, key_id="one")
    with pytest.raises(Overloaded):
        await verifier.verify(token, NOON)
    source.away = False
    assert await verifier.verify(token, NOON + timedelta(seconds=1)) == ANNA


async def test_known_keys_serve_on_while_the_key_set_is_out_of_reach() -> None:
    source = Source(KEY)
    verifier = TokenVerifier(source)
    await verifier.verify(encode_token(ANNA, key=KEY, key_id="one"), NOON)
    source.away = True
    later = NOON + timedelta(hours=2)
    fresh = replace(ANNA, issue_time=later, expire_time=later + timedelta(minutes=10))
    assert await verifier.verify(encode_token(fresh, key=KEY, key_id="one"), later) == fresh


async def test_a_token_is_checked_against_the_signature_once() -> None:
    source = Source(KEY)
    verifier = TokenVerifier(source)
    token = encode_token(ANNA, key=KEY, key_id="one")
    first = await verifier.verify(token, NOON)
    assert await verifier.verify(token, NOON) is first


async def test_a_token_of_a_revoked_session_is_refused_also_when_it_was_known() -> None:
    revoked = Revoked()
    verifier = TokenVerifier(Source(KEY), revocations=revoked)
    token = encode_token(ANNA, key=KEY, key_id="one")
    await verifier.verify(token, NOON)
    revoked.sessions.add(SESSION)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token, NOON)


def test_each_service_has_a_secret_of_its_own() -> None:
    installation = "0123456789abcdef" * 2
    assert service_secret(installation, "leads") != service_secret(installation, "contracts")
    assert len(service_secret(installation, "leads")) == 43
