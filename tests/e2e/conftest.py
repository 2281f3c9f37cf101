"""One product for the modules that leave it as it was; the others have their own."""

from collections.abc import Iterator

import pytest

from tests.support.homes import Homes
from tests.support.product import Product


@pytest.fixture(scope="session")
def product(homes: Homes) -> Iterator[Product]:
    """For the modules of `grouping.LOOKED_AT`; who restarts, kills or fills a product has a fixture of his own."""
    with homes.started_once() as home:
        made = Product(home).start()
        yield made
        made.stop()
