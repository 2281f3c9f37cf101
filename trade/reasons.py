"""Why something was decided: a code and its parameters, worded only when somebody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason (原因) of a decision; its text stands in `messages/{zh,en}.toml` under `code`."""

    code: str
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    def to_mapping(self) -> dict[str, object]:
        """The reason as plain data, for a JSON column."""
        return {"code": self.code, "parameters": dict(self.parameters)}
