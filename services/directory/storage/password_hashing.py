"""Argon2id in threads: slow on purpose, hence never in the event loop, and never many at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from kernel.errors import Overloaded

_THREADS = 2
_WAITING = 64


class PasswordHashing:
    """Hashes and checks passwords: 19 MiB, two passes (OWASP's first choice of Argon2id settings), in two threads."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="argon2")
        self._running = 0
        # Checked in place of a hash that does not exist, so that an unknown address takes as long as a known one.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to store; raises Overloaded when too many wait."""
        return str(await self._in_thread(self._hasher.hash, password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; as slow for no hash at all. Raises Overloaded."""
        right = bool(await self._in_thread(self._verify, password_hash or self._nobody, password))
        return right and password_hash is not None

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, function: object, *arguments: str) -> object:
        if self._running >= _WAITING:
            raise Overloaded
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)  # type: ignore[arg-type]  # the two methods above
        finally:
            self._running -= 1
