"""Resource names and etags, read from what a caller sent."""

from uuid import UUID

from kernel.errors import InvalidField


def uuid_of(name: str, *, field: str = "name") -> UUID:
    """The id in a resource name such as "members/018f…"; raises InvalidField."""
    try:
        return UUID(name.rpartition("/")[2])
    except ValueError:
        raise InvalidField(field=field) from None


def reference(name: str, *, field: str) -> UUID | None:
    """The id in a reference, None where it is empty; raises InvalidField."""
    return uuid_of(name, field=field) if name else None


def named(collection: str, uuid: UUID | None) -> str:
    """The resource name; empty for nothing."""
    return f"{collection}/{uuid}" if uuid else ""


def seen_version(etag: str, *, field: str = "etag") -> int | None:
    """The version the caller saw, None where he does not say; raises InvalidField."""
    if not etag:
        return None
    if not etag.isdecimal():
        raise InvalidField(field=field)
    return int(etag)


def required_version(etag: str, *, field: str) -> int:
    """The version the caller must have seen to update a resource; raises InvalidField."""
    version = seen_version(etag, field=field)
    if version is None:
        raise InvalidField(field=field)
    return version
