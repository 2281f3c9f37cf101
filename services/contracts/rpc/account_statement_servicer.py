"""AccountStatementService on the wire."""

from collections.abc import AsyncIterator

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty
from google.protobuf.wrappers_pb2 import StringValue
from millrace.contracts.v1 import account_statement_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import date_message, date_of, money_message, named, uuid_of
from chassis.work import Store
from kernel.money import Money
from services.contracts.application.account_statements import state_account
from services.contracts.application.contract_desk import ASKING_SECONDS, ContractDesk, labels_of
from services.contracts.application.contract_papers import PDF, PaperRoom, note_download
from services.contracts.domain.account_statement import AccountStatement, StatementEntry
from services.contracts.domain.statement_paper import statement_paper

_HOUSE_CURRENCY = Money(minor=0).currency
_Asked = contract.GetAccountStatementRequest | contract.DownloadAccountStatementRequest


class AccountStatementServicer:
    """Statements of account (对账单)."""

    def __init__(self, store: Store, desk: ContractDesk, room: PaperRoom) -> None:
        self._store = store
        self._desk = desk
        self._room = room

    async def GetAccountStatement(
        self, request: contract.GetAccountStatementRequest, call: Call
    ) -> contract.AccountStatement:
        """State one."""
        return _to_message(await self._stated(request, call))

    async def DownloadAccountStatement(
        self, request: contract.DownloadAccountStatementRequest, call: Call
    ) -> AsyncIterator[HttpBody]:
        """Send one in PDF."""
        language = request.language or call.locale
        statement = await self._stated(request, call)
        await self._store.write(
            call,
            request,
            lambda work: note_download(work, resource=request.name, kind="statement"),
            answer=lambda _: Empty(),
        )
        seconds = call.remaining(at_most=ASKING_SECONDS)
        buyer = await self._desk.buyers.name_of(statement.account, token=call.token, seconds=seconds)
        paper = statement_paper(
            statement,
            buyer=buyer,
            company=self._desk.company,
            language=language,
            labels=labels_of(language),
            now=call.now,
        )
        name = AnyMessage()
        name.Pack(StringValue(value=f"{statement.start}-{statement.end}.pdf"))
        yield HttpBody(content_type=PDF, data=await self._room.press.print(paper), extensions=[name])

    async def _stated(self, request: _Asked, call: Call) -> AccountStatement:
        account = uuid_of(request.name)
        start, end = date_of(request.start_date, field="start_date"), date_of(request.end_date, field="end_date")
        currency = request.currency or _HOUSE_CURRENCY
        return await self._store.read(
            call,
            lambda read: state_account(
                read, account=account, start=start, end=end, currency=currency, zone=self._desk.zone
            ),
        )


def _to_message(statement: AccountStatement) -> contract.AccountStatement:
    return contract.AccountStatement(
        name=named("accountStatements", statement.account),
        account=named("accounts", statement.account),
        start_date=date_message(statement.start),
        end_date=date_message(statement.end),
        opening_balance=money_message(statement.opening),
        closing_balance=money_message(statement.closing),
        entries=[_entry(each) for each in statement.entries],
    )


def _entry(entry: StatementEntry) -> contract.StatementEntry:
    moved = entry.moved
    owed = Money(minor=abs(moved.change.minor), currency=moved.change.currency)
    return contract.StatementEntry(
        date=date_message(moved.day),
        movement=contract.StatementMovement.Value(f"STATEMENT_MOVEMENT_{moved.movement.name}"),
        contract_number=moved.contract,
        external_reference=moved.reference,
        charged=money_message(owed) if moved.change.minor > 0 else None,
        credited=money_message(owed) if moved.change.minor < 0 else None,
        balance=money_message(entry.balance),
    )
