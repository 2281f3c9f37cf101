"""No network call inside a unit of work: a slow callee must never hold a transaction open. Enforced at run time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)


class NetworkInsideTransaction(RuntimeError):  # noqa: N818 - reads as what happened
    """A defect of ours: what is needed from elsewhere is fetched before the unit of work, by `prepare_…`."""


@contextmanager
def inside_transaction() -> Iterator[None]:
    """Mark the running task as inside a unit of work."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def forbid_inside_transaction() -> None:
    """Called by every door (channels, files, OpenID); raises NetworkInsideTransaction inside a unit of work."""
    if _inside.get():
        raise NetworkInsideTransaction
