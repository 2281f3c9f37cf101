"""What a servicer knows of the call it serves. It cannot end the call: it answers or raises."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.marks import Mark
from chassis.principal import Principal

# The gateway tells from where an anonymous caller came; services trust it because nobody else reaches them.
CLIENT_ADDRESS = "millrace-client-address"
# How a webhook is told apart, dated and signed (https://www.standardwebhooks.com); the gateway passes them on.
WEBHOOK_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_TO_ANSWER_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: the verified caller, the method's full name, the loop time its deadline falls on.

    `written` gathers what the call has changed, for whoever reads next.
    """

    principal: Principal
    method: str
    now: datetime
    deadline: float | None = None
    locale: str = "zh"
    token: str = ""
    trace: str = ""
    answer_type: type[Any] = object
    metadata: Mapping[str, str] = field(default_factory=dict)
    written: list[Mark] = field(default_factory=list)

    def remaining(self, *, at_most: float) -> float:
        """The seconds a call made for this one may take: what is left for this one, less 50 ms to answer in.

        So who waits there is given up before who waits here; 0 where the time is over already.
        """
        if self.deadline is None:
            return at_most
        return max(0.0, min(at_most, self.deadline - asyncio.get_running_loop().time() - _TO_ANSWER_SECONDS))

    @property
    def client_address(self) -> str:
        """The network address the gateway saw, empty for a call that did not come through it."""
        return self.metadata.get(CLIENT_ADDRESS, "")
