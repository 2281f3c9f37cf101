"""QuoteService on the wire."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from millrace.approvals.v1 import approval_requests_pb2
from millrace.contracts.v1 import quote_pb2
from millrace.contracts.v1 import quote_service_pb2 as contract

from chassis.approvals import approvers_of
from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import changed_fields, named, reference, required_version, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.contracts.application.quote_approval import approver_rule, subject_of, submit_quote
from services.contracts.application.quote_desk import QuoteDesk
from services.contracts.application.quote_pricing import QuoteWish
from services.contracts.application.quote_simulation import simulate_quote
from services.contracts.application.quotes import (
    compare_quotes,
    create_quote,
    get_quote,
    list_quotes,
    revise_quote,
    send_quote,
    update_quote,
    withdraw_quote,
)
from services.contracts.domain.quote import Quote
from services.contracts.rpc.quote_messages import comparison_message, to_message, wish_of_message

_SHOWN = 20


class QuoteServicer:
    """Quotes (报价单)."""

    def __init__(
        self, store: Store, desk: QuoteDesk, *, organization: Organization, texts: Texts, page_key: bytes
    ) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._organization = organization
        self._texts = texts
        self._page_key = page_key

    async def CreateQuote(self, request: contract.CreateQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Begin one."""
        opportunity = uuid_of(request.quote.opportunity, field="quote.opportunity")
        wish = wish_of_message(request.quote)
        return await self._write(
            call, request, lambda work: create_quote(work, self._desk, opportunity=opportunity, wish=wish)
        )

    async def GetQuote(self, request: contract.GetQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_quote(read, uuid=uuid)), self._wording(call))

    async def ListQuotes(self, request: contract.ListQuotesRequest, call: Call) -> contract.ListQuotesResponse:
        """Read a page."""
        wanted, wording = page_request(request, call, key=self._page_key), self._wording(call)
        page = await self._store.read(call, lambda read: list_quotes(read, wanted=wanted))
        return contract.ListQuotesResponse(
            quotes=[to_message(each, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateQuote(self, request: contract.UpdateQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Change the masked fields of one."""
        message = request.quote
        uuid, seen = uuid_of(message.name, field="quote.name"), required_version(message.etag, field="quote.etag")
        paths = changed_fields(request.update_mask, quote_pb2.Quote)
        wanted = wish_of_message(message)

        def edit(known: QuoteWish) -> QuoteWish:
            return replace(known, **{path: getattr(wanted, path) for path in paths})

        return await self._write(
            call, request, lambda work: update_quote(work, self._desk, uuid=uuid, seen=seen, edit=edit)
        )

    async def SimulateQuote(self, request: contract.SimulateQuoteRequest, call: Call) -> contract.SimulateQuoteResponse:
        """Try one out."""
        message, wording = request.quote, self._wording(call)
        known = reference(message.name, field="quote.name")
        opportunity = known or uuid_of(message.opportunity, field="quote.opportunity")
        wish = wish_of_message(message)
        quote, verdict = await self._store.read(
            call, lambda read: simulate_quote(read, self._desk, opportunity=opportunity, known=known, wish=wish)
        )
        shown = to_message(quote, wording)
        shown.name = message.name
        answer = contract.SimulateQuoteResponse(
            quote=shown,
            approval_needed=verdict.roles is not None,
            reasons=wording.reasons(verdict.reasons),
            roles=sorted(verdict.roles or ()),
        )
        if verdict.roles:
            answer.approvers.extend(await self._approvers(quote, verdict.roles, call))
        return answer

    async def SubmitQuote(self, request: contract.SubmitQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Submit one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: submit_quote(work, self._desk, uuid=uuid, seen=seen))

    async def SendQuote(self, request: contract.SendQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Give one to the customer."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: send_quote(work, self._desk, uuid=uuid, seen=seen))

    async def ReviseQuote(self, request: contract.ReviseQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Begin the next version of one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: revise_quote(work, self._desk, uuid=uuid, seen=seen))

    async def WithdrawQuote(self, request: contract.WithdrawQuoteRequest, call: Call) -> quote_pb2.Quote:
        """Take one back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: withdraw_quote(work, uuid=uuid, seen=seen))

    async def CompareQuotes(self, request: contract.CompareQuotesRequest, call: Call) -> contract.CompareQuotesResponse:
        """Tell what differs between two versions."""
        uuid, other = uuid_of(request.name), reference(request.other, field="other")
        found = await self._store.read(call, lambda read: compare_quotes(read, uuid=uuid, other=other))
        return comparison_message(*found, self._wording(call))

    async def _approvers(self, quote: Quote, roles: frozenset[str], call: Call) -> list[approval_requests_pb2.Approver]:
        found = approvers_of(
            await self._organization.current(),
            rule=approver_rule(roles),
            subject=subject_of(quote),
            requester=call.principal.subject,
        )
        return [
            approval_requests_pb2.Approver(
                member=named("members", each.member.uuid),
                display_name=each.member.display_name,
                reasons=self._wording(call).reasons(each.reasons),
            )
            for each in found[:_SHOWN]
        ]

    def _wording(self, call: Call) -> Wording:
        return Wording(self._texts, call.locale)

    async def _write(
        self, call: Call, request: Any, use_case: Callable[[UnitOfWork], Awaitable[Quote]]
    ) -> quote_pb2.Quote:
        wording = self._wording(call)
        answer: quote_pb2.Quote = await self._store.write(
            call, request, use_case, answer=lambda quote: to_message(quote, wording)
        )
        return answer
