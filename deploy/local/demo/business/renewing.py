"""Customers who go on (续约): a contract for a term is followed by another one, which takes its place."""

from datetime import date, timedelta
from typing import Any

import grpc
from millrace.contracts.v1 import contract_pb2, contract_service_pb2

from chassis.wire import date_message
from deploy.local.demo.business.actors import SELLER, Actors
from deploy.local.demo.business.catalogue import Catalogue
from deploy.local.demo.business.selling import REFUSED, Sale

MOST = 6
LICENCES = 10
SOON = timedelta(days=90)
TERM = timedelta(days=365)
_STATES = ("CONTRACT_STATE_EXPIRED", "CONTRACT_STATE_ACTIVE", "CONTRACT_STATE_RENEWED")


def renew_some(actors: Actors, catalogue: Catalogue, day: date) -> None:
    """Some customers whose terms are over, or soon will be, sign for another year; what was done answers again."""
    for contract in _ending(actors, day)[:MOST]:
        _renew(actors, catalogue, contract, day)


def _renew(actors: Actors, catalogue: Catalogue, before: Any, day: date) -> None:
    """One contract is followed by another, for a year after its last day."""
    begin, key = max(_last_day(before) + timedelta(days=1), day), f"demo-renew-{before.name[-12:]}"
    contract = Sale(actors, catalogue, day=day, key=key, about="续约").carry_out(
        account=before.account,
        owner=before.owner,
        amount=before.amount,
        quantity=LICENCES,
        terms=contract_pb2.Contract(
            renews=before.name, start_date=date_message(begin), end_date=date_message(begin + TERM)
        ),
    )
    if contract and begin <= day:
        _put_into_force(actors, contract, key)


def _put_into_force(actors: Actors, contract: str, key: str) -> None:
    """With it the contract before is renewed; on some days the calendar is quicker."""
    request = contract_service_pb2.ActivateContractRequest(name=contract, request_id=f"{key}-force")
    try:
        actors.ask(SELLER, "contracts.ContractService.ActivateContract", request)
    except grpc.RpcError as error:
        if error.code() not in REFUSED:
            raise


def _ending(actors: Actors, day: date) -> list[Any]:
    """The contracts whose term is over, or soon will be, and that follow none: the same however often it is asked."""
    found: list[Any] = []
    for state in _STATES:
        ask = contract_service_pb2.ListContractsRequest(
            filter=f"state = {state}", order_by="create_time", page_size=200
        )
        found += actors.ask(SELLER, "contracts.ContractService.ListContracts", ask).contracts
    terms = [each for each in found if each.HasField("end_date") and not each.renews]
    return sorted(
        (each for each in terms if _last_day(each) <= day + SOON), key=lambda each: (_last_day(each), each.name)
    )


def _last_day(contract: Any) -> date:
    return date(contract.end_date.year, contract.end_date.month, contract.end_date.day)
