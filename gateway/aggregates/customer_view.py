"""Customer 360 (客户全景): everything about one account that the caller may see."""

from collections.abc import Mapping
from typing import Any

from millrace.contracts.v1 import contract_service_pb2, instalment_service_pb2, quote_service_pb2, receipt_service_pb2
from millrace.gateway.v1.customer_view_service_pb2 import CustomerView
from millrace.leads.v1 import lead_service_pb2
from millrace.pipeline.v1 import (
    account_service_pb2,
    contact_service_pb2,
    opportunity_service_pb2,
    registration_service_pb2,
)

from chassis.marks import STALE
from gateway.aggregates.gathering import Neighbours, Part, gather
from gateway.backends import Answered, Metadata

_MOST = 50
_PIPELINE, _CONTRACTS = "millrace.pipeline.v1", "millrace.contracts.v1"
# The lists of a view by their field, each with the method that answers them.
_LISTS: Mapping[str, tuple[str, type[Any]]] = {
    "contacts": (f"{_PIPELINE}.ContactService.ListContacts", contact_service_pb2.ListContactsRequest),
    "registrations": (
        f"{_PIPELINE}.RegistrationService.ListRegistrations",
        registration_service_pb2.ListRegistrationsRequest,
    ),
    "opportunities": (
        f"{_PIPELINE}.OpportunityService.ListOpportunities",
        opportunity_service_pb2.ListOpportunitiesRequest,
    ),
    "quotes": (f"{_CONTRACTS}.QuoteService.ListQuotes", quote_service_pb2.ListQuotesRequest),
    "contracts": (f"{_CONTRACTS}.ContractService.ListContracts", contract_service_pb2.ListContractsRequest),
    "instalments": (f"{_CONTRACTS}.InstalmentService.ListInstalments", instalment_service_pb2.ListInstalmentsRequest),
    "receipts": (f"{_CONTRACTS}.ReceiptService.ListReceipts", receipt_service_pb2.ListReceiptsRequest),
}
# What of a list is shown: an instalment that is paid is told by its receipt.
_ONLY: Mapping[str, str] = {"instalments": " AND open = true"}


async def customer_view(neighbours: Neighbours, request: Any, metadata: Metadata, until: float) -> Answered:
    """The customer with its people, opportunities, contracts and payments, asked for at the same time.

    The lead it came from is asked for afterwards, because only the account names it.
    """
    view = CustomerView(name=request.name)
    account = f"accounts/{request.name.partition('/')[2]}"
    missing, stale = await gather(neighbours, _parts(view, account), metadata, until)
    if view.account.lead:
        more, later = await gather(neighbours, [_lead(view)], metadata, until)
        missing, stale = [*missing, *more], stale or later
    view.missing.extend(missing)
    return view, ((STALE, "true"),) if stale else ()


def _parts(view: CustomerView, account: str) -> list[Part]:
    whole = Part(
        "account",
        f"{_PIPELINE}.AccountService.GetAccount",
        account_service_pb2.GetAccountRequest(name=account),
        view.account.CopyFrom,
        essential=True,
    )
    return [whole, *(_list(view, account, field, method, request) for field, (method, request) in _LISTS.items())]


def _list(view: CustomerView, account: str, field: str, method: str, request: type[Any]) -> Part:
    """A list of the account's, under the same name in the answer and in the view."""

    def put(answer: Any) -> None:
        getattr(view, field).extend(getattr(answer, field))
        if answer.next_page_token:
            view.longer_lists.add(part=field, total_size=answer.total_size, total_size_capped=answer.total_size_capped)

    only = _ONLY.get(field, "")
    return Part(field, method, request(filter=f'account = "{account}"{only}', page_size=_MOST), put)


def _lead(view: CustomerView) -> Part:
    return Part(
        "lead",
        "millrace.leads.v1.LeadService.GetLead",
        lead_service_pb2.GetLeadRequest(name=view.account.lead),
        view.lead.CopyFrom,
    )
