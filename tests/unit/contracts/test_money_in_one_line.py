"""Whatever happens to money, the ledger balances and everything agrees with a model a child could check (G17)."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kernel.errors import Refusal
from kernel.money import Money
from services.contracts.domain.instalment import Instalment
from services.contracts.domain.ledger import Concerning, LedgerAccount, LedgerEntry, Movement, balances, move
from services.contracts.domain.receipt import Payer, Receipt, ReceiptMethod, book

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CUSTOMER = Payer(contract=UUID(int=1), account=UUID(int=2), owner=None, team=None, region=None)
AMOUNTS = st.integers(min_value=0, max_value=1500)


class MoneyInOneLine(RuleBasedStateMachine):
    """Plan, receive, allocate, take back, refund, write off, reverse, mature; `pays` is the model."""

    def __init__(self) -> None:
        super().__init__()
        self.owed: list[Instalment] = []
        self.came: list[Receipt] = []
        self.pays: dict[tuple[int, int], int] = {}
        self.back: dict[int, int] = {}
        self.given_up: dict[int, int] = {}
        self.reversed: set[int] = set()
        self.entries: list[LedgerEntry] = []

    def post(self, movement: Movement, minor: int, *, by_bill: bool = False, **about: UUID) -> None:
        moved = move(
            movement,
            Money(minor=minor),
            uuid=uuid4(),
            about=Concerning(**about),
            actor="members/x",
            now=NOW,
            by_bill=by_bill,
        )
        self.entries.extend(moved.entries)

    @rule(minor=st.integers(min_value=1, max_value=1000))
    def plan(self, minor: int) -> None:
        nothing = Money(minor=0)
        made = Instalment(
            uuid=uuid4(),
            contract=CUSTOMER.contract,
            opportunity=UUID(int=3),
            account=CUSTOMER.account,
            owner=None,
            team=None,
            region=None,
            sequence=len(self.owed) + 1,
            part="month",
            display_name_zh="月付款",
            display_name_en="Monthly payment",
            due_date=TODAY,
            amount=Money(minor=minor),
            paid=nothing,
            written_off=nothing,
            create_time=NOW,
            update_time=NOW,
        )
        self.owed.append(made)
        self.post(Movement.PLAN, minor, instalment=made.uuid)

    @rule(minor=st.integers(min_value=1, max_value=1500), bill=st.booleans())
    def receive(self, minor: int, bill: bool) -> None:
        nothing = Money(minor=0)
        made = Receipt(
            uuid=uuid4(),
            external_reference=str(len(self.came)),
            method=ReceiptMethod.BILL if bill else ReceiptMethod.TRANSFER,
            receive_date=TODAY,
            maturity_date=TODAY if bill else None,
            amount=Money(minor=minor),
            allocated=nothing,
            refunded=nothing,
            payer=CUSTOMER,
            create_time=NOW,
            update_time=NOW,
        )
        self.came.append(book(made, today=TODAY).aggregate)
        self.post(Movement.RECEIPT, minor, by_bill=made.by_bill, receipt=made.uuid)

    @precondition(lambda self: self.owed and self.came)
    @rule(data=st.data(), minor=AMOUNTS)
    def allocate(self, data: st.DataObject, minor: int) -> None:
        to, of = data.draw(st.sampled_from(range(len(self.owed)))), data.draw(st.sampled_from(range(len(self.came))))
        instalment, receipt = self.owed[to], self.came[of]
        may = 0 < minor <= min(self._open(to), self._left(of)) and of not in self.reversed
        try:
            paid = instalment.pay(Money(minor=minor), now=NOW).aggregate
            used = receipt.allocate(Money(minor=minor), now=NOW).aggregate
        except Refusal:
            assert not may
            return
        assert may
        self.owed[to], self.came[of] = paid, used
        self.pays[to, of] = self.pays.get((to, of), 0) + minor
        self.post(Movement.ALLOCATE, minor, instalment=paid.uuid, receipt=used.uuid)

    @precondition(lambda self: any(self.pays.values()))
    @rule(data=st.data())
    def unallocate(self, data: st.DataObject) -> None:
        to, of = data.draw(st.sampled_from(sorted(pair for pair, minor in self.pays.items() if minor)))
        self._free(to, of, data.draw(st.integers(min_value=1, max_value=self.pays[to, of])))

    def _free(self, to: int, of: int, minor: int) -> None:
        self.owed[to] = self.owed[to].give_back(Money(minor=minor), now=NOW).aggregate
        self.came[of] = self.came[of].unallocate(Money(minor=minor), now=NOW).aggregate
        self.pays[to, of] -= minor
        self.post(Movement.UNALLOCATE, minor, instalment=self.owed[to].uuid, receipt=self.came[of].uuid)

    @precondition(lambda self: self.came)
    @rule(data=st.data(), minor=AMOUNTS)
    def refund(self, data: st.DataObject, minor: int) -> None:
        of = data.draw(st.sampled_from(range(len(self.came))))
        receipt = self.came[of]
        may = 0 < minor <= self._left(of) and of not in self.reversed and not receipt.by_bill
        try:
            self.came[of] = receipt.refund(Money(minor=minor), now=NOW).aggregate
        except Refusal:
            assert not may
            return
        assert may
        self.back[of] = self.back.get(of, 0) + minor
        self.post(Movement.REFUND, minor, receipt=receipt.uuid)

    @precondition(lambda self: self.owed)
    @rule(data=st.data())
    def write_off(self, data: st.DataObject) -> None:
        to = data.draw(st.sampled_from(range(len(self.owed))))
        rest = self._open(to)
        try:
            self.owed[to] = self.owed[to].write_off(comment="尾差", now=NOW).aggregate
        except Refusal:
            assert rest == 0
            return
        self.given_up[to] = self.given_up.get(to, 0) + rest
        self.post(Movement.WRITE_OFF, rest, instalment=self.owed[to].uuid)

    @precondition(lambda self: self.given_up)
    @rule(data=st.data())
    def recover(self, data: st.DataObject) -> None:
        to = data.draw(st.sampled_from(sorted(self.given_up)))
        self.owed[to] = self.owed[to].recover(comment="收回", now=NOW).aggregate
        self.post(Movement.RECOVER, self.given_up.pop(to), instalment=self.owed[to].uuid)

    @precondition(lambda self: self.came)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        of = data.draw(st.sampled_from(range(len(self.came))))
        receipt = self.came[of]
        try:
            receipt.reverse(comment="拒付", now=NOW)
        except Refusal:
            assert of in self.reversed or self.back.get(of)
            return
        for to, other in [pair for pair, minor in self.pays.items() if minor and pair[1] == of]:
            self._free(to, other, self.pays[to, other])
        self.came[of] = self.came[of].reverse(comment="拒付", now=NOW).aggregate
        self.reversed.add(of)
        self.post(Movement.REVERSE, receipt.amount.minor, by_bill=receipt.by_bill, receipt=receipt.uuid)

    @precondition(lambda self: any(each.by_bill and not each.reverse_time for each in self.came))
    @rule()
    def mature(self) -> None:
        of = next(place for place, each in enumerate(self.came) if each.by_bill and not each.reverse_time)
        self.post(Movement.MATURE, self.came[of].amount.minor, by_bill=True, receipt=self.came[of].uuid)
        self.came[of] = self.came[of].mature(now=NOW).aggregate

    def _open(self, to: int) -> int:
        paid = sum(minor for (each, _), minor in self.pays.items() if each == to)
        return self.owed[to].amount.minor - paid - self.given_up.get(to, 0)

    def _left(self, of: int) -> int:
        if of in self.reversed:
            return 0
        paid = sum(minor for (_, each), minor in self.pays.items() if each == of)
        return self.came[of].amount.minor - paid - self.back.get(of, 0)

    def _balance(self, account: LedgerAccount, **about: UUID) -> int:
        return sum(
            each.debit_minor - each.credit_minor
            for each in self.entries
            if each.account is account and all(getattr(each.about, name) == uuid for name, uuid in about.items())
        )

    @invariant()
    def the_ledger_balances(self) -> None:
        assert not any(balances(tuple(self.entries)).values())

    @invariant()
    def instalments_are_as_the_model_and_the_ledger_have_them(self) -> None:
        for to, each in enumerate(self.owed):
            assert each.open.minor == self._open(to) == self._balance(LedgerAccount.RECEIVABLE, instalment=each.uuid)

    @invariant()
    def receipts_are_as_the_model_and_the_ledger_have_them(self) -> None:
        for of, each in enumerate(self.came):
            assert each.left.minor == self._left(of) == -self._balance(LedgerAccount.UNALLOCATED, receipt=each.uuid)

    @invariant()
    def cash_and_bills_are_what_came_and_was_not_paid_back(self) -> None:
        kept = [(each, each.amount.minor - self.back.get(of, 0)) for of, each in enumerate(self.came)]
        standing = [(each.by_bill, minor) for each, minor in kept if not each.reverse_time]
        assert self._balance(LedgerAccount.CASH) == sum(minor for bill, minor in standing if not bill)
        assert self._balance(LedgerAccount.BILLS) == sum(minor for bill, minor in standing if bill)


TestMoneyInOneLine = MoneyInOneLine.TestCase
