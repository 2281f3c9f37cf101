"""What a caller saw before changing it."""

from kernel.errors import StaleVersion


def expect_version(*, resource: str, stands: int, seen: int | None) -> None:
    """Pass when the caller saw what stands, or does not say; raises StaleVersion otherwise."""
    if seen is not None and seen != stands:
        raise StaleVersion(resource=resource)
