"""Identities: time-ordered UUIDs, so that new rows land beside each other in every index."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562) as the standard library's type."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
