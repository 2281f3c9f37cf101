"""Page sizes and page tokens on the wire."""

import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.masking import digest
from chassis.rpc.call import Call
from kernel.errors import Kind, Refusal
from services.directory.storage.listing import Wanted

_USUAL_PAGE, _LARGEST_PAGE = 50, 200


@dataclass(eq=False, kw_only=True)
class PageTokenInvalid(Refusal):
    """The token was not given for this list, to this reader."""

    kind = Kind.INVALID_INPUT
    reason = "PAGE_TOKEN_INVALID"

    field: str = "page_token"


def wanted_page(request: Any, call: Call) -> Wanted:
    """The page a list request asks for; raises PageTokenInvalid."""
    return Wanted(
        size=min(request.page_size or _USUAL_PAGE, _LARGEST_PAGE),
        after=_read_token(request, call),
        filter=request.filter,
        order_by=request.order_by,
    )


def page_token(request: Any, call: Call, after: UUID | None) -> str:
    """The token of the next page, which holds for this reader, filter and order only; empty on the last."""
    return f"{after}.{_signature(request, call, str(after))}" if after else ""


def _read_token(request: Any, call: Call) -> UUID | None:
    if not request.page_token:
        return None
    after, _, signature = request.page_token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(request, call, after).encode()):
        raise PageTokenInvalid
    return UUID(after)


def _signature(request: Any, call: Call, after: str) -> str:
    return digest(f"{call.method}\n{call.principal.subject}\n{request.filter}\n{request.order_by}\n{after}")
