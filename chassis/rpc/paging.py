"""From a list request to the page it asks for."""

from typing import Protocol

from chassis.listing import PageRequest
from chassis.rpc.call import Call


class ListRequest(Protocol):
    """What every list request of the contract has."""

    page_size: int
    page_token: str
    filter: str
    order_by: str


def page_request(request: ListRequest, call: Call, *, key: bytes) -> PageRequest:
    """The page, bound to the method and the caller; `key` seals its token."""
    return PageRequest(
        size=request.page_size,
        token=request.page_token,
        filter=request.filter,
        order_by=request.order_by,
        method=call.method,
        principal=call.principal.subject,
        key=key,
    )
