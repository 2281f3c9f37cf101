"""Comparing a password with its hash, before and outside the unit of work."""

from chassis.rpc.call import Call
from chassis.work import Store
from services.directory.application.sign_in import PasswordCheck, prepare_sign_in
from services.directory.storage.password_hashing import PasswordHashing
from services.directory.storage.sealing import Sealing


class PasswordChecking:
    """Looks the hash up, and compares in a thread; an unknown address takes as long as a known one."""

    def __init__(self, store: Store, hashing: PasswordHashing, sealing: Sealing) -> None:
        self._store = store
        self._hashing = hashing
        self._sealing = sealing

    async def check(self, call: Call, *, email: str, password: str) -> PasswordCheck:
        """What came of the comparison; the use case decides what follows."""
        address = email.strip().lower()
        member, credential = await self._store.read(call, lambda read: prepare_sign_in(read, email=address))
        matches = await self._hashing.matches(credential.password_hash if credential else None, password)
        return PasswordCheck(
            address=self._sealing.address(address),
            member=member.uuid if member else None,
            credential=credential,
            matches=matches,
        )

    async def hash(self, password: str) -> str:
        """The hash to store."""
        return await self._hashing.hash(password)
