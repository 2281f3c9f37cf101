"""Statements of account (对账单): what finance sends a customer to agree upon."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.work import Read
from kernel.money import Money
from services.contracts.domain.account_statement import (
    MOST_ENTRIES,
    AccountStatement,
    Moved,
    account_statement,
    check_statement_days,
)
from services.contracts.storage.account_statements import movements, owed_before


async def state_account(
    read: Read, *, account: UUID, start: date, end: date, currency: str, zone: ZoneInfo
) -> AccountStatement:
    """What a customer owed, what was added and what he paid in a period is told by the ledger, as it was entered.

    Money counts from the day it was entered; once it is known whose it is, also before. Raises StatementDaysWrong and
    StatementTooLong.
    """
    check_statement_days(start, end)
    first, after = _begin(start, zone), _begin(end + timedelta(days=1), zone)
    owed = await owed_before(read, account, currency=currency, time=first)
    found = await movements(read, account, currency=currency, start=first, end=after, most=MOST_ENTRIES + 1)
    moved = [
        Moved(
            day=each.time.astimezone(zone).date(),
            movement=each.movement,
            change=Money(minor=each.minor, currency=currency),
            contract=each.contract,
            reference=each.reference,
        )
        for each in found
    ]
    return account_statement(account, start=start, end=end, opening=Money(minor=owed, currency=currency), moved=moved)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
