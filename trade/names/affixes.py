"""Words looked for at the beginning or the end of a text."""

from collections.abc import Iterable, Mapping


class Affixes:
    """A list of words of which a text may begin or end with one.

    The letter at the edge tells which lengths are worth a look, mostly none: a pattern of hundreds of alternatives,
    tried at every place of the text, takes several times as long, and names are taken apart for every lead.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._lengths_by_first = _lengths(self._words, edge=0)
        self._lengths_by_last = _lengths(self._words, edge=-1)

    def beginning(self, text: str) -> str:
        """The longest word the text begins with; empty for none."""
        for length in self._lengths_by_first.get(text[:1], ()):
            if (word := text[:length]) in self._words:
                return word
        return ""

    def ending(self, text: str) -> str:
        """The longest word the text ends with; empty for none."""
        for length in self._lengths_by_last.get(text[-1:], ()):
            if (word := text[-length:]) in self._words:
                return word
        return ""


def _lengths(words: Iterable[str], *, edge: int) -> Mapping[str, tuple[int, ...]]:
    """How long the words are that have a letter at that edge, the longest first."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[edge], set()).add(len(word))
    return {letter: tuple(sorted(lengths, reverse=True)) for letter, lengths in found.items()}
