"""Reasons of decisions in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass

from millrace.reasons.v1 import reason_pb2

from chassis.texts import Texts
from trade.reasons import Reason


@dataclass(frozen=True, slots=True)
class Wording:
    """Words reasons in the reader's language."""

    texts: Texts
    locale: str

    def reasons(self, reasons: Iterable[Reason]) -> list[reason_pb2.Reason]:
        """The reasons with their texts."""
        return [
            reason_pb2.Reason(
                code=reason.code,
                parameters=dict(reason.parameters),
                text=self.texts.render(reason.code, reason.parameters, self.locale),
            )
            for reason in reasons
        ]
