"""What a statement of account (对账单) looks like on paper."""

from collections.abc import Mapping
from datetime import datetime

from kernel.money import Money
from services.contracts.domain.account_statement import AccountStatement, StatementEntry
from services.contracts.domain.contract_paper import shown
from services.contracts.domain.paper import Lines, Paper

Labels = Mapping[str, str]


def statement_paper(
    statement: AccountStatement, *, buyer: str, company: str, language: str, labels: Labels, now: datetime
) -> Paper:
    """The statement with a line for each movement, and room for both to agree to it."""
    period = labels["statement_period"].format(start=statement.start.isoformat(), end=statement.end.isoformat())
    facts = ((labels["buyer"], buyer), (labels["seller"], company), (labels["statement_days"], period))
    header = ("statement_day", "statement_movement", "statement_about", "statement_charged", "statement_credited")
    return Paper(
        language=language,
        title=labels["statement"],
        number=period,
        author=company,
        time=now,
        facts=tuple(fact for fact in (*facts, (labels["statement_opening"], shown(statement.opening))) if fact[1]),
        table=Lines(
            heading=labels["statement_lines"],
            header=tuple(labels[name] for name in (*header, "statement_balance")),
            rows=tuple(_row(entry, labels) for entry in statement.entries),
            widths=(3, 3, 5, 4, 4, 4),
            numeric=(False, False, False, True, True, True),
        ),
        totals=((labels["statement_closing"], shown(statement.closing)),),
        signers=(
            (labels["buyer_signs"], buyer, labels["date"]),
            (labels["seller_signs"], company, labels["date"]),
        ),
    )


def _row(entry: StatementEntry, labels: Labels) -> tuple[str, ...]:
    moved = entry.moved
    return (
        moved.day.isoformat(),
        labels[f"movement_{moved.movement.value}"],
        moved.contract or moved.reference,
        _amount(moved.change) if moved.change.minor > 0 else "",
        _amount(Money(minor=-moved.change.minor, currency=moved.change.currency)) if moved.change.minor < 0 else "",
        _amount(entry.balance),
    )


def _amount(money: Money) -> str:
    return f"{money.decimal():,}"
