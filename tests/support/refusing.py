"""Whether something is refused, said as a value: what passes is seen to pass."""

from collections.abc import Callable

from kernel.errors import Refusal


def refusal_of(act: Callable[[], object]) -> type[Refusal] | None:
    """The kind of refusal that an act meets; None where it passes."""
    try:
        act()
    except Refusal as refusal:
        return type(refusal)
    return None
