"""Customers who buy again (复购): the first of them order anew every some weeks, so that they have habits."""

from random import Random
from typing import Any

from google.type.money_pb2 import Money
from millrace.contracts.v1 import contract_pb2, contract_service_pb2

from deploy.local.demo.business.actors import SELLER, Actors
from deploy.local.demo.business.cases import SEED
from deploy.local.demo.business.catalogue import Catalogue
from deploy.local.demo.business.selling import Sale
from deploy.local.demo.weeks import Week

# How many weeks lie between the orders of each of the faithful; the last of them has not ordered for long.
RHYTHMS = (5, 6, 8, 9)
STOPS = 40


def reorder(actors: Actors, catalogue: Catalogue, week: Week) -> None:
    """In the weeks that are theirs, the customers who signed first order again."""
    due = [place for place, weeks in enumerate(RHYTHMS) if week.number % weeks == 0 and _goes_on(place, week)]
    if not due:
        return
    for before in (each for place, each in enumerate(_first_customers(actors)) if place in due):
        chance = Random(f"{SEED}/again/{before.account}/{week.number}")
        Sale(
            actors, catalogue, day=week.end.date(), key=f"demo-again-{week.number}-{before.account[-12:]}", about="增购"
        ).carry_out(
            account=before.account,
            owner=before.owner,
            amount=Money(currency_code="CNY", units=chance.choice([3, 5, 8]) * 10_000),
            quantity=chance.choice([2, 5, 10]),
            terms=contract_pb2.Contract(),
        )


def _goes_on(place: int, week: Week) -> bool:
    return place < len(RHYTHMS) - 1 or week.number < STOPS


def _first_customers(actors: Actors) -> list[Any]:
    """The first contract of each of the customers who signed first: the same however often it is asked."""
    ask = contract_service_pb2.ListContractsRequest(order_by="create_time", page_size=200)
    first: dict[str, Any] = {}
    for contract in actors.ask(SELLER, "contracts.ContractService.ListContracts", ask).contracts:
        if contract.HasField("sign_time"):
            first.setdefault(contract.account, contract)
    return list(first.values())[: len(RHYTHMS)]
