"""FinanceService on the wire: what an ERP calls."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from millrace.contracts.v1 import finance_service_pb2 as contract
from millrace.contracts.v1 import receipt_pb2
from millrace.reasons.v1.reason_pb2 import Reason as ReasonMessage

from chassis.jobs import carry_out
from chassis.rpc.call import Call
from chassis.rpc.refusals import InvalidRequest
from chassis.rpc.validation import validate
from chassis.texts import Texts
from chassis.wire import date_of, money_message, money_of
from chassis.work import Store
from kernel.errors import InvalidField, Refusal
from kernel.time import Clock
from services.contracts.application.receipt_booking import Arrival, Booked, book_receipts
from services.contracts.application.receivables import AT_ONCE, check_place, number_anew, numbering, receivables_after
from services.contracts.application.reconciling import reconcile_receipts
from services.contracts.domain.receipt_refusals import ResumeTokenInvalid
from services.contracts.domain.reconciliation import Difference, StatementLine
from services.contracts.rpc.instalment_servicer import to_message as instalment_message
from services.contracts.rpc.receipt_messages import arrival_of, to_message
from services.contracts.storage.receivables import Place, Receivable

_LOOK_SECONDS = 0.25
_SILENT_LOOKS = 60  # what is told of silence comes every 15 seconds
_OUTCOMES = contract.BookingOutcome


class FinanceServicer:
    """The finance interface (财务接口)."""

    def __init__(self, store: Store, *, texts: Texts, zone: ZoneInfo, clock: Clock) -> None:
        """`texts` words refusals; `zone` is the house's, in which days begin."""
        self._store = store
        self._texts = texts
        self._zone = zone
        self._clock = clock

    async def WatchReceivables(
        self, request: contract.WatchReceivablesRequest, call: Call
    ) -> AsyncIterator[contract.WatchReceivablesResponse]:
        """Send what changed after a place, for as long as somebody listens."""
        told, place = place_of(request.resume_token)
        epoch = await self._epoch(call, told, place)
        silent = 0
        while True:
            found = await self._after(call, place)
            for each in found:
                place = each.place
                yield self._receivable(each, epoch, call)
            if len(found) == AT_ONCE:
                continue
            if found or silent % _SILENT_LOOKS == 0:
                yield contract.WatchReceivablesResponse(resume_token=token_of(epoch, place))
            silent = 1 if found else silent + 1
            await asyncio.sleep(_LOOK_SECONDS)

    async def BookReceipts(self, request: contract.BookReceiptsRequest, call: Call) -> contract.BookReceiptsResponse:
        """Book many, each once."""
        read = [_arrival(each) for each in request.receipts]
        arrivals = [each for each in read if isinstance(each, Arrival)]

        def answer(booked: Sequence[Booked]) -> contract.BookReceiptsResponse:
            outcomes = iter(booked)
            told = [
                next(outcomes)
                if isinstance(each, Arrival)
                else Booked(external_reference=receipt.external_reference, refusal=each)
                for each, receipt in zip(read, request.receipts, strict=True)
            ]
            return contract.BookReceiptsResponse(outcomes=[self._outcome(each, call) for each in told])

        result: contract.BookReceiptsResponse = await self._store.write(
            call, request, lambda work: book_receipts(work, arrivals=arrivals, zone=self._zone), answer=answer
        )
        return result

    async def ReconcileReceipts(
        self, request: contract.ReconcileReceiptsRequest, call: Call
    ) -> contract.ReconcileReceiptsResponse:
        """Compare a statement with the books."""
        lines = [_line(each, place) for place, each in enumerate(request.lines)]
        start, end = date_of(request.start_date, field="start_date"), date_of(request.end_date, field="end_date")
        found = await self._store.read(call, lambda read: reconcile_receipts(read, lines=lines, start=start, end=end))
        return contract.ReconcileReceiptsResponse(
            agreed_count=found.agreed,
            differences=[_difference(each) for each in found.differences],
            more=found.more,
        )

    async def _epoch(self, call: Call, told: UUID | None, place: Place) -> UUID:
        """Of which history the places are that are sent; raises ResumeTokenOutdated."""
        known = await self._store.read(call, numbering)
        if known.foreign:
            await carry_out(self._store, call.principal, action="number receivables anew", use_case=number_anew)
            known = await self._store.read(call, numbering)
        check_place(known, epoch=told, place=place)
        return known.epoch

    async def _after(self, call: Call, place: Place) -> Sequence[Receivable]:
        return await self._store.read(call, lambda read: receivables_after(read, place=place))

    def _receivable(self, receivable: Receivable, epoch: UUID, call: Call) -> contract.WatchReceivablesResponse:
        today = self._clock.now().astimezone(self._zone).date()
        return contract.WatchReceivablesResponse(
            receivable=instalment_message(receivable.instalment, today=today, locale=call.locale),
            contract_number=receivable.contract_number,
            resume_token=token_of(epoch, receivable.place),
        )

    def _outcome(self, booked: Booked, call: Call) -> contract.BookedReceipt:
        told = contract.BookedReceipt(external_reference=booked.external_reference)
        if booked.receipt is None:
            told.outcome = _OUTCOMES.BOOKING_OUTCOME_REFUSED
            told.refusal.CopyFrom(self._reason(booked.refusal or AssertionError(), call))
            return told
        told.outcome = _OUTCOMES.BOOKING_OUTCOME_BOOKED if booked.fresh else _OUTCOMES.BOOKING_OUTCOME_KNOWN
        told.receipt.CopyFrom(to_message(booked.receipt))
        return told

    def _reason(self, refusal: Exception, call: Call) -> ReasonMessage:
        if not isinstance(refusal, Refusal):
            raise refusal
        parameters = refusal.metadata()
        return ReasonMessage(
            code=refusal.reason,
            parameters=parameters,
            text=self._texts.render(refusal.reason, parameters, call.locale),
        )


def token_of(epoch: UUID, place: Place) -> str:
    """The place as a client keeps it, with the history it is of."""
    return f"{epoch.hex}.{place.changed_in}.{place.uuid.hex}"


def place_of(token: str) -> tuple[UUID | None, Place]:
    """The place a token names, and of which history; raises ResumeTokenInvalid."""
    if not token:
        return None, Place()
    epoch, _, rest = token.partition(".")
    changed_in, _, uuid = rest.partition(".")
    if not changed_in.isdecimal() or int(changed_in) >= 2**63:
        raise ResumeTokenInvalid
    try:
        return UUID(epoch), Place(changed_in=int(changed_in), uuid=UUID(uuid))
    except ValueError:
        raise ResumeTokenInvalid from None


def _arrival(message: receipt_pb2.Receipt) -> Arrival | Refusal:
    try:
        validate(message)
        return arrival_of(message)
    except InvalidRequest as refused:
        return InvalidField(field=refused.violations[0].field)
    except Refusal as refusal:
        return refusal


def _line(message: contract.StatementLine, place: int) -> StatementLine:
    return StatementLine(
        external_reference=message.external_reference.strip(),
        receive_date=date_of(message.receive_date, field=f"lines[{place}].receive_date"),
        amount=money_of(message.amount, field=f"lines[{place}].amount"),
    )


def _difference(difference: Difference) -> contract.StatementDifference:
    line, receipt = difference.line, difference.receipt
    return contract.StatementDifference(
        external_reference=difference.external_reference,
        kind=contract.DifferenceKind.Value(f"DIFFERENCE_KIND_{difference.kind.name}"),
        receipt=receipt.resource if receipt else "",
        there=money_message(line.amount) if line else None,
        here=money_message(receipt.amount) if receipt else None,
    )
