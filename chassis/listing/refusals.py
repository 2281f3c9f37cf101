"""What a list refuses."""

from dataclasses import dataclass

from kernel.errors import Kind, Refusal


@dataclass(kw_only=True)
class FilterInvalid(Refusal):
    """The filter cannot be understood; `near` is the part it fails at.

    `hint` says in which form a value is written there: "day", "instant", or nothing.
    """

    kind = Kind.INVALID_INPUT
    reason = "FILTER_INVALID"

    near: str
    hint: str = ""


@dataclass(kw_only=True)
class OrderInvalid(Refusal):
    """The list cannot be sorted like this."""

    kind = Kind.INVALID_INPUT
    reason = "ORDER_INVALID"

    order_by: str


@dataclass(kw_only=True)
class PageTokenInvalid(Refusal):
    """The page token was changed, or belongs to another list, filter, order or reader."""

    kind = Kind.INVALID_INPUT
    reason = "PAGE_TOKEN_INVALID"
