"""What a list refuses."""

from dataclasses import dataclass

from kernel.errors import Kind, Refusal


@dataclass(kw_only=True)
class FilterInvalid(Refusal):
    """The filter cannot be understood; `near` is the part it fails at.

    `hint` says what would be understood there, by its form ("day", "instant", the "name" of a resource, which `choices`
    shows) or by naming the `choices` (which "fields", "signs" or "values" there are); nothing where the sentence itself
    breaks off.
    """

    kind = Kind.INVALID_INPUT
    reason = "FILTER_INVALID"

    near: str
    hint: str = ""
    choices: str = ""


@dataclass(kw_only=True)
class OrderInvalid(Refusal):
    """The list cannot be sorted like this, but by one of the `choices`."""

    kind = Kind.INVALID_INPUT
    reason = "ORDER_INVALID"

    order_by: str
    choices: str


@dataclass(kw_only=True)
class PageTokenInvalid(Refusal):
    """The page token was changed, or belongs to another list, filter, order or reader."""

    kind = Kind.INVALID_INPUT
    reason = "PAGE_TOKEN_INVALID"
