"""A list that refuses a filter or an order names all that it offers, in an answer that arrives."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import services
from chassis.listing import FilterInvalid, Listing, OrderInvalid
from chassis.listing.fields import listed
from chassis.rpc.statuses import status_of
from chassis.texts import LOCALES, Texts
from kernel.errors import Refusal
from tests.unit.chassis.test_statuses import SAFE_METADATA_BYTES, bytes_on_the_wire

TYPED = "线" * 100


def listings() -> Iterator[tuple[str, Listing]]:
    """Every list of every service, by where it stands."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if ".storage." in module.name and ".migrations" not in module.name:
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Listing):
                    yield f"{module.name}.{name}", value


def refusals(listing: Listing) -> Iterator[tuple[Refusal, list[str]]]:
    """What the list can refuse by, and what each names."""
    fields, orders = sorted(listing.fields), sorted(listing.orders)
    yield FilterInvalid(near=TYPED, hint="fields", choices=listed(fields)), fields
    yield OrderInvalid(order_by=TYPED, choices=listed(orders)), orders
    for field in listing.fields.values():
        if field.choices:
            yield FilterInvalid(near=TYPED, hint="values", choices=listed(field.choices)), list(field.choices)


LISTINGS = dict(listings())


def test_there_are_lists() -> None:
    assert len(LISTINGS) > 20


@pytest.mark.parametrize("where", LISTINGS)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_refusal_names_everything_there_is(where: str, locale: str) -> None:
    for refusal, names in refusals(LISTINGS[where]):
        status = status_of(refusal, texts=Texts(), locale=locale)
        assert status.message.endswith(listed(names))
        assert bytes_on_the_wire(status) < SAFE_METADATA_BYTES
