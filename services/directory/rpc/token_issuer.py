"""Access tokens from the directory's own keys, and the key set that belongs to them."""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.empty_pb2 import Empty
from joserfc.jwk import OKPKey
from millrace.directory.v1 import key_set_service_pb2

from chassis.key_sets import FIELDS, json_web_key
from chassis.principal import service_principal
from chassis.rpc.call import Call
from chassis.tokens import LIFETIME, Claims, encode_token
from chassis.work import Store, UnitOfWork
from kernel.time import Clock
from services.directory.application.keys import ensure_signing_key, read_keys
from services.directory.domain.signing_keys import SigningKey, next_start, signing_key
from services.directory.storage.sealing import Sealing

_OWN = service_principal("directory", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A signed token and its end."""

    token: str
    expire_time: datetime


class TokenIssuer:
    """Signs with the key of the day, and has the next one made in time."""

    def __init__(self, store: Store, sealing: Sealing, clock: Clock) -> None:
        self._store = store
        self._sealing = sealing
        self._clock = clock
        self._keys: list[SigningKey] = []
        self._opened: dict[UUID, OKPKey] = {}

    async def issue(
        self,
        *,
        subject: str,
        session: UUID | None,
        roles: Collection[str] = (),
        permissions: Collection[str] = (),
    ) -> IssuedToken:
        """A token of ten minutes."""
        # Whole seconds, because a token knows no parts of one.
        now = self._clock.now().replace(microsecond=0)
        key = await self._signing_key()
        claims = Claims(
            subject=subject,
            roles=frozenset(roles),
            permissions=frozenset(permissions),
            session=session,
            issue_time=now,
            expire_time=now + LIFETIME,
        )
        token = encode_token(claims, key=self._open(key), key_id=str(key.uuid))
        return IssuedToken(token=token, expire_time=claims.expire_time)

    async def key_set(self) -> list[key_set_service_pb2.JsonWebKey]:
        """The public keys, as they stand in the database now."""
        keys = await self._store.read(self._call(), read_keys)
        return [json_web_key(key_id=str(key.uuid), public=key.public) for key in keys]

    async def json_web_keys(self) -> Sequence[Mapping[str, str]]:
        """The same for the directory's own verifier."""
        return [{field: getattr(key, field) for field in FIELDS} for key in await self.key_set()]

    async def _signing_key(self) -> SigningKey:
        if next_start(self._keys, now=self._clock.now()) is not None:
            await self._renew()
        key = signing_key(self._keys, now=self._clock.now())
        if key is None:
            raise LookupError("no key signs now, though one was just made")
        return key

    async def _renew(self) -> None:
        """Another process may have made the key already: only who finds none makes one."""
        call = self._call()
        self._keys = await self._store.read(call, read_keys)
        if next_start(self._keys, now=call.now) is None:
            return

        async def run(work: UnitOfWork) -> None:
            await ensure_signing_key(work, make=self._make)

        await self._store.write(call, Empty(), run, answer=lambda _: Empty())
        self._keys = await self._store.read(self._call(), read_keys)

    def _make(self, uuid: UUID) -> tuple[str, bytes]:
        private = Ed25519PrivateKey.generate()
        public = base64.urlsafe_b64encode(private.public_key().public_bytes_raw()).decode().rstrip("=")
        return public, self._sealing.seal(private.private_bytes_raw(), of=uuid)

    def _open(self, key: SigningKey) -> OKPKey:
        if key.uuid not in self._opened:
            raw = self._sealing.open(key.sealed_private, of=key.uuid)
            self._opened[key.uuid] = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(raw))
        return self._opened[key.uuid]

    def _call(self) -> Call:
        """The issuer works on the directory's own account, whoever is signing in."""
        return Call(principal=_OWN, method="signing-keys", now=self._clock.now())
