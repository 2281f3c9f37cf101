"""From a list request to the page it asks for."""

from typing import Protocol

from chassis.listing import PageRequest
from chassis.rpc.call import Call


class WholeList(Protocol):
    """A list that is meant as a whole."""

    filter: str
    order_by: str


class ListRequest(WholeList, Protocol):
    """What every list request of the contract has."""

    page_size: int
    page_token: str


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


def list_request(request: WholeList, call: Call) -> PageRequest:
    """The list that is meant where nobody pages through it: no token is made of it, and none is read."""
    return PageRequest(
        size=0,
        token="",
        filter=request.filter,
        order_by=request.order_by,
        method=call.method,
        principal=call.principal.subject,
        key=b"",
    )
