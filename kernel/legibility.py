"""What no text that people are to read may hold: refused in a request, made readable in a file (docs/adr/0067)."""

import re

# Control characters except tab and line ends, and marks that turn the writing direction: no database text can hold
# the first of them, and the others hide what a name really is.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def has_controls(text: str) -> bool:
    """Whether the text holds control characters or marks of the writing direction."""
    # Nearly every text is found in order by the first look.
    return not text.isprintable() and _CONTROLS.search(text) is not None
