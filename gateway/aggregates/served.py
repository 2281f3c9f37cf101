"""The gateway as a service of its own contracts: what it serves is put together from its neighbours' answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.message import Message

from chassis.rpc.validation import validate
from gateway.aggregates.customer_view import customer_view
from gateway.aggregates.dashboard import dashboard
from gateway.aggregates.gathering import Neighbours
from gateway.backends import Answered, Backend, Metadata
from gateway.transcoding.methods import Method
from kernel.errors import Unauthenticated

SERVICE = "gateway"
Aggregate = Callable[[Neighbours, Any, Metadata, float], Awaitable[Answered]]
AGGREGATES: Mapping[str, Aggregate] = {
    "millrace.gateway.v1.CustomerViewService.GetCustomerView": customer_view,
    "millrace.gateway.v1.DashboardService.GetDashboard": dashboard,
}


class Aggregates:
    """Answers what a backend would be asked, without a process behind it."""

    def __init__(self, backends: Mapping[str, Backend], methods: Mapping[str, Method], *, zone: ZoneInfo) -> None:
        """`methods` are those of every service, by their full name; `zone` is the house's, in which days begin."""
        self._neighbours = Neighbours(backends, methods, zone)

    async def ask(
        self, method: Method, request: Message, *, metadata: Metadata, until: float, repeat: bool
    ) -> Answered:
        """One aggregate before `until`, a time of the loop; what the caller may see each service decides itself.

        Raises Unauthenticated before anybody is asked, and what the contract refuses.
        """
        del repeat  # each part is asked again by itself
        if "authorization" not in dict(metadata):
            raise Unauthenticated
        validate(request)
        return await AGGREGATES[method.name](self._neighbours, request, metadata, until)
