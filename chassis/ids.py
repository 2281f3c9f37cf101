"""Identities: time-ordered UUIDs, so that new rows land beside each other in every index."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562) as the standard library's type."""
    return compat.uuid7()
