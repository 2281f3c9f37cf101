"""Lists: a filter in the words of the contract (AIP-160), an order, pages behind signed tokens, a capped count.

A service declares what can be filtered and sorted, and asks for a page of an already scoped select:

    LISTING = Listing(fields={"grade": choice(LEADS.c.grade, {...})}, orders={...}, order_by="create_time desc", ...)
    page = await read_page(read.connection, scope(select(LEADS), ...), LISTING, wanted)
"""

from chassis.listing.fields import (
    Field,
    choice,
    coded,
    day,
    fraction,
    instant,
    number,
    reference,
    text,
    text_found,
    texts,
    truth,
)
from chassis.listing.page import Listing, Order, Page, PageRequest, plan_whole, read_page
from chassis.listing.refusals import FilterInvalid, OrderInvalid, PageTokenInvalid

__all__ = [
    "Field",
    "FilterInvalid",
    "Listing",
    "Order",
    "OrderInvalid",
    "Page",
    "PageRequest",
    "PageTokenInvalid",
    "choice",
    "coded",
    "day",
    "fraction",
    "instant",
    "number",
    "plan_whole",
    "read_page",
    "reference",
    "text",
    "text_found",
    "texts",
    "truth",
]
