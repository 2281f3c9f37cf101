"""Passwords and sign-in guards in their tables."""

from uuid import UUID

from sqlalchemy import func, select

from chassis.work import Read, Record, UnitOfWork
from services.directory.domain.credentials import Credential, SignInGuard
from services.directory.storage.session_tables import CREDENTIALS, SIGN_IN_GUARDS

CREDENTIAL: Record[Credential] = Record(
    kind="credential",
    collection="credentials",
    table=CREDENTIALS,
    row=lambda credential: {
        "uuid": credential.uuid,
        "password_hash": credential.password_hash,
        "changed_at": credential.changed_at,
    },
)
GUARD: Record[SignInGuard] = Record(
    kind="sign_in_guard",
    collection="signInGuards",
    table=SIGN_IN_GUARDS,
    row=lambda guard: {
        "uuid": guard.uuid,
        "member": guard.member,
        "failures": guard.failures,
        "failed_at": guard.failed_at,
        "locked_until": guard.locked_until,
    },
)


async def find_credential(read: Read, member: UUID) -> Credential | None:
    """The member's password; None for one who never had any."""
    statement = select(CREDENTIALS).where(CREDENTIALS.c.uuid == member)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return Credential(**row) if row else None


async def lock_guard(work: UnitOfWork, uuid: UUID) -> SignInGuard | None:
    """The guard of an address, with every other sign-in of the address waiting until this one is committed.

    The lock is on the address, not on the row: the first failure has no row yet. This makes the lock-out exact.
    """
    await work.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"sign-in {uuid}", 0))))
    statement = select(SIGN_IN_GUARDS).where(SIGN_IN_GUARDS.c.uuid == uuid)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return SignInGuard(**row) if row else None
