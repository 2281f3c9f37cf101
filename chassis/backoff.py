"""How long to wait before what failed is tried again."""


class BackOff:
    """Twice as long after each failure in a row, up to a limit; from the start again after a success."""

    def __init__(self, *, shortest: float, longest: float) -> None:
        """Both in seconds."""
        self._shortest = shortest
        self._longest = longest
        self._next = shortest

    def failed(self) -> float:
        """How long to wait now, in seconds."""
        wait, self._next = self._next, min(self._next * 2, self._longest)
        return wait

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self._next = self._shortest
