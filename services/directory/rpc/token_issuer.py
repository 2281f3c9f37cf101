"""Access tokens from the directory's own keys, and the key set that belongs to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.empty_pb2 import Empty
from joserfc.jwk import OKPKey
from millrace.directory.v1 import key_set_service_pb2

from chassis import logs
from chassis.key_sets import FIELDS, json_web_key
from chassis.principal import service_principal
from chassis.rpc.call import Call
from chassis.tokens import LIFETIME, Claims, encode_token
from chassis.work import Store, UnitOfWork
from kernel.time import Clock
from services.directory.application.keys import ensure_signing_key, read_keys
from services.directory.domain.signing_keys import SigningKey, next_start, signing_key
from services.directory.storage.sealing import SealBroken, Sealing

_OWN = service_principal("directory", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A signed token and its end."""

    token: str
    expire_time: datetime


class TokenIssuer:
    """Signs with the key of the day, has the next one made in time, and ends those of another secret.

    The keys are read for each token: one that was ended a moment ago by another process signs nothing more.
    """

    def __init__(self, store: Store, sealing: Sealing, clock: Clock) -> None:
        self._store = store
        self._sealing = sealing
        self._clock = clock
        self._opened: dict[UUID, OKPKey] = {}
        self._found: frozenset[UUID] | None = None
        self._log = logs.get_logger()

    async def warm(self) -> None:
        """Look at the keys that the process finds, once, before the first call: see `_unreadable`."""
        await self._keys()

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
        key = signing_key(await self._keys(), now=self._clock.now())
        if key is None:
            raise LookupError("no key signs now, though one was just made")
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
        keys = await self._keys()
        return [json_web_key(key_id=str(key.uuid), public=key.public) for key in keys]

    async def json_web_keys(self) -> Sequence[Mapping[str, str]]:
        """The same for the directory's own verifier."""
        return [{field: getattr(key, field) for field in FIELDS} for key in await self.key_set()]

    async def _keys(self) -> list[SigningKey]:
        """The keys to trust; whoever finds that one is missing, or that one cannot be opened, puts it right."""
        call = self._call()
        keys = await self._store.read(call, read_keys)
        unreadable = self._unreadable(keys)
        if not unreadable and next_start(keys, now=call.now) is None:
            return keys
        if unreadable:
            self._log.warning("signing keys of another MILLRACE_SECRET are ended", keys=sorted(map(str, unreadable)))

        async def run(work: UnitOfWork) -> None:
            await ensure_signing_key(work, make=self._sealing.key_pair, distrusted=unreadable)

        await self._store.write(call, Empty(), run, answer=lambda _: Empty())
        return await self._store.read(self._call(), read_keys)

    def _unreadable(self, keys: Sequence[SigningKey]) -> frozenset[UUID]:
        """The keys that were sealed with another secret: whoever knows that one could sign with them.

        Only what was there before the process is taken for a thing of the past. A key that comes later and cannot be
        opened is of a newer secret, and this process the one to be started again; it raises SealBroken, or both would
        go on ending the other's keys.
        """
        if self._found is None:
            self._found = frozenset(key.uuid for key in keys)
        unreadable = set()
        for key in keys:
            try:
                self._open(key)
            except SealBroken:
                if key.uuid not in self._found:
                    raise
                unreadable.add(key.uuid)
        return frozenset(unreadable)

    def _open(self, key: SigningKey) -> OKPKey:
        if key.uuid not in self._opened:
            raw = self._sealing.open(key.sealed_private, of=key.uuid)
            self._opened[key.uuid] = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(raw))
        return self._opened[key.uuid]

    def _call(self) -> Call:
        """The issuer works on the directory's own account, whoever is signing in."""
        return Call(principal=_OWN, method="signing-keys", now=self._clock.now())
