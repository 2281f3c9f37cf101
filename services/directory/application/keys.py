"""Keys that sign tokens: made in time, shown to everybody by their public half."""

from collections.abc import Callable
from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.directory.domain.signing_keys import SigningKey, create_signing_key, next_start
from services.directory.storage import signing_keys

# Makes a key pair for an id: the public half as base64url, the private half sealed.
MakeKey = Callable[[UUID], tuple[str, bytes]]


async def ensure_signing_key(work: UnitOfWork, *, make: MakeKey) -> SigningKey | None:
    """A new key is made a day before the last one ends, or at once when none signs; None when none is needed."""
    await signing_keys.lock_signing_keys(work)
    sign_from = next_start(await signing_keys.known_keys(work), now=work.now)
    if sign_from is None:
        return None
    uuid = work.new_id()
    public, sealed = make(uuid)
    change = create_signing_key(uuid=uuid, public=public, sealed_private=sealed, sign_from=sign_from)
    return work.save(signing_keys.RECORD, change)


async def read_keys(read: Read) -> list[SigningKey]:
    """The keys of the key set, the oldest first."""
    return await signing_keys.known_keys(read)
