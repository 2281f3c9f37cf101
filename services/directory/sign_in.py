"""The wiring of sign-in: `__main__` takes servicers, verifier, publications and sweeps from here."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from google.protobuf.descriptor import ServiceDescriptor
from millrace.directory.v1 import (
    api_client_service_pb2,
    key_set_service_pb2,
    password_service_pb2,
    session_service_pb2,
)

from chassis import database
from chassis.jobs import Sweep
from chassis.key_sets import LocalKeySet
from chassis.parts import Parts
from chassis.revocations import RevocationList
from chassis.settings import Environment
from chassis.tokens import LEEWAY, LIFETIME, TokenVerifier
from services.directory.application.openid import OpenIdProvider, OpenIdSettings, open_http
from services.directory.domain.credentials import LockOutPolicy
from services.directory.domain.sessions import SessionLimits
from services.directory.rpc.api_client_servicer import ApiClientServicer
from services.directory.rpc.key_set_servicer import KeySetServicer
from services.directory.rpc.password_checking import PasswordChecking
from services.directory.rpc.password_servicer import PasswordServicer
from services.directory.rpc.session_servicer import SessionServicer, SignInParts
from services.directory.rpc.token_issuer import TokenIssuer
from services.directory.storage.password_hashing import PasswordHashing
from services.directory.storage.sealing import Sealing
from services.directory.storage.sessions import forget_old_sessions, revoked_since

_WEEK_MINUTES = 10_080
_YEAR_HOURS = 8_760


def sign_in_servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """The services of sign-in and who serves them."""
    shared = _shared(parts)
    clients = ApiClientServicer(parts.store, shared.issuer, parts.settings.secret)
    return {
        session_service_pb2.DESCRIPTOR.services_by_name["SessionService"]: SessionServicer(shared),
        password_service_pb2.DESCRIPTOR.services_by_name["PasswordService"]: PasswordServicer(shared),
        key_set_service_pb2.DESCRIPTOR.services_by_name["KeySetService"]: KeySetServicer(shared.issuer),
        api_client_service_pb2.DESCRIPTOR.services_by_name["ApiClientService"]: clients,
    }


def token_verifier(parts: Parts) -> TokenVerifier:
    """Checks tokens against the directory's own keys, sessions and API clients."""

    async def revoked() -> frozenset[UUID]:
        async with database.connected(parts.engine) as connection:
            return await revoked_since(connection, parts.clock.now() - LIFETIME - 2 * LEEWAY)

    def make() -> TokenVerifier:
        return TokenVerifier(LocalKeySet(token_issuer(parts).json_web_keys), revocations=RevocationList(revoked))

    verifier: TokenVerifier = parts.once("token verifier", make)
    return verifier


def token_issuer(parts: Parts) -> TokenIssuer:
    """Signs tokens, and sees to the keys for it."""
    issuer: TokenIssuer = parts.once("token issuer", lambda: TokenIssuer(parts.store, _sealing(parts), parts.clock))
    return issuer


def sign_in_sweeps(parts: Parts) -> Sequence[Sweep]:
    """What sign-in forgets by itself."""
    del parts
    return (Sweep(name="forget-old-sessions", every=timedelta(hours=1), run=forget_old_sessions),)


def sign_in_settings(env: Environment) -> tuple[LockOutPolicy, SessionLimits, OpenIdSettings | None]:
    """The settings of sign-in; what is wrong with them stands in the environment's problems."""
    policy = LockOutPolicy(
        failures=env.whole(
            "MILLRACE_SIGN_IN_FAILURES", 5, least=1, most=100, means="failures in a row that lock an address"
        ),
        lock=timedelta(
            minutes=env.whole(
                "MILLRACE_SIGN_IN_LOCK_MINUTES",
                15,
                least=1,
                most=_WEEK_MINUTES,
                means="how many minutes it stays locked",
            )
        ),
    )
    limits = SessionLimits(
        idle=timedelta(
            hours=env.whole(
                "MILLRACE_SESSION_IDLE_HOURS",
                168,
                least=1,
                most=_YEAR_HOURS,
                means="how many hours a session lasts unused",
            )
        ),
        whole=timedelta(
            hours=env.whole(
                "MILLRACE_SESSION_HOURS",
                720,
                least=1,
                most=_YEAR_HOURS,
                means="how many hours it lasts in all",
            )
        ),
    )
    issuer = env.text(
        "MILLRACE_OPENID_ISSUER", "", means="the enterprise's OpenID provider; sign-in by it is off without"
    )
    openid = None
    if issuer:
        openid = OpenIdSettings(
            issuer=issuer,
            client_id=env.text(
                "MILLRACE_OPENID_CLIENT_ID", means="with a provider: the name it knows this installation by"
            ),
            client_secret=env.text("MILLRACE_OPENID_CLIENT_SECRET", means="with a provider: the secret shared with it"),
        )
    return policy, limits, openid


def _shared(parts: Parts) -> SignInParts:
    env = Environment(parts.settings.other)
    policy, limits, openid = sign_in_settings(env)
    env.check()
    sealing = _sealing(parts)
    return SignInParts(
        store=parts.store,
        checking=PasswordChecking(parts.store, PasswordHashing(), sealing),
        issuer=token_issuer(parts),
        verifier=token_verifier(parts),
        sealing=sealing,
        policy=policy,
        limits=limits,
        openid=OpenIdProvider(openid, open_http()) if openid else None,
        page_key=parts.settings.secret.encode(),
    )


def _sealing(parts: Parts) -> Sealing:
    sealing: Sealing = parts.once("sealing", lambda: Sealing(parts.settings.secret))
    return sealing
