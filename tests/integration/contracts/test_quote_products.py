"""What is told of the products of a quote: by these, opportunities are told apart."""

from millrace.contracts.v1 import quote_events_pb2 as events
from sqlalchemy import select

from chassis.tables import outbox
from tests.integration.contracts.test_quotes import Shop, shop

__all__ = ["shop"]


async def test_what_is_told_of_a_quote_names_each_product_once(shop: Shop) -> None:
    twice = shop.offer().lines[0]
    await shop.quote(lines=[twice, twice])
    async with shop.house.engine.connect() as connection:
        subject = "millrace.contracts.v1.quote.created"
        payload = (await connection.scalars(select(outbox.c.payload).where(outbox.c.subject == subject))).one()
    assert list(events.QuoteCreated.FromString(payload).quote.products) == [shop.product]
