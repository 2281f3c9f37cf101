"""Keys that sign tokens: made in time, shown to everybody by their public half, ended when they are trusted no more."""

from collections.abc import Callable, Collection
from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.directory.domain.signing_keys import SigningKey, create_signing_key, next_start
from services.directory.storage import signing_keys

# Makes a key pair for an id: the public half as base64url, the private half sealed.
MakeKey = Callable[[UUID], tuple[str, bytes]]


async def ensure_signing_key(
    work: UnitOfWork, *, make: MakeKey, distrusted: Collection[UUID] = ()
) -> SigningKey | None:
    """A new key is made a day before the last one ends, or at once when none signs; None when none is needed.

    Keys that are trusted no more end first. They are told by their ids: of several who want to be rid of the same keys,
    the first one replaces them, and the others find that done.
    """
    await signing_keys.lock_signing_keys(work)
    known = await signing_keys.known_keys(work)
    for key in known:
        if key.uuid in distrusted:
            work.save(signing_keys.RECORD, key.end(now=work.now))
    sign_from = next_start([key for key in known if key.uuid not in distrusted], now=work.now)
    if sign_from is None:
        return None
    uuid = work.new_id()
    public, sealed = make(uuid)
    change = create_signing_key(uuid=uuid, public=public, sealed_private=sealed, sign_from=sign_from)
    return work.save(signing_keys.RECORD, change)


async def read_keys(read: Read) -> list[SigningKey]:
    """The keys of the key set, the oldest first."""
    return await signing_keys.known_keys(read)
