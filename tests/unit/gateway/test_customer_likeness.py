"""`millrace customers look-alikes` and `offers` tell whom customers resemble, and what they may need."""

import io
from typing import Any

from rich.console import Console

from gateway.cli import customer_likeness

ALIKE: dict[str, Any] = {
    "account": "accounts/018f",
    "displayName": "云帆[red]科技",
    "owner": "",
    "score": 60,
    "reasons": [{"text": "The same industry (Software): +35"}],
    "likeDisplayName": "",
}
OFFER = ALIKE | {
    "product": "products/2",
    "boughtProduct": "products/1",
    "reasons": [{"text": "3 of 4 customers with the one bought the other too"}],
}


def console() -> Console:
    return Console(file=io.StringIO(), width=160, record=True)


def test_each_look_alike_is_told_with_its_points_and_nothing_somebody_entered_styles_the_terminal() -> None:
    shown = console()
    customer_likeness.print_look_alikes([ALIKE], lambda name: name, shown)
    text = shown.export_text()
    told = ["60", "云帆[red]科技", "accounts/018f", "nobody", "—", "The same industry (Software): +35"]
    assert [part for part in told if part not in text] == []


def test_each_offer_is_told_by_the_names_of_its_products_with_why() -> None:
    shown = console()
    names = {"products/1": "CRM", "products/2": "ERP"}
    told = {"crossSellingOffers": [OFFER], "silence": []}
    customer_likeness.print_offers(told, names.__getitem__, lambda name: name, shown)
    text = shown.export_text()
    assert [part for part in ("云帆[red]科技", "ERP", "CRM", "3 of 4 customers") if part not in text] == []


def test_why_nothing_is_offered_is_told_instead_of_an_empty_table() -> None:
    shown = console()
    silent = {"crossSellingOffers": [], "silence": [{"text": "4 customers have ordered; nothing is said below 10"}]}
    customer_likeness.print_offers(silent, str, str, shown)
    assert shown.export_text().strip() == "4 customers have ordered; nothing is said below 10"
