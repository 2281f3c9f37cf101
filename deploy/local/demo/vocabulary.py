"""The words that the demo data is put together from."""

import tomllib
from pathlib import Path
from random import Random
from typing import Any

VOCABULARY: dict[str, Any] = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))


def person_name(random: Random) -> str:
    """A surname with one or two given characters."""
    given = random.choice(VOCABULARY["given_second"])
    if random.random() < 0.75:  # noqa: PLR2004 - as common as it is
        given = random.choice(VOCABULARY["given_first"]) + given
    return f"{random.choice(VOCABULARY['surnames'])}{given}"
