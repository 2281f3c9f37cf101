"""The contract (合同): its life from the draft to its end, as a table of states, and what is agreed in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.content import content_hash
from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.clauses import Clause
from services.contracts.domain.contract_happenings import (
    ContractActivated,
    ContractAmended,
    ContractApproved,
    ContractCreated,
    ContractExpired,
    ContractRenewed,
    ContractReturned,
    ContractReviewOpened,
    ContractSent,
    ContractSettled,
    ContractSigned,
    ContractTerminated,
    ContractUnsettled,
    ContractUpdated,
)
from services.contracts.domain.contract_refusals import (
    BuyerMissing,
    ContractCannotMove,
    ContractDatesCrossed,
    ContractNotAsApproved,
    ContractNotInDraft,
    ContractNotRenewable,
)
from services.contracts.domain.payment_plan import PlanPart
from services.contracts.domain.sold_item import SoldItem


class ContractState(Enum):
    """Where a contract stands (C-05)."""

    DRAFT = "draft"
    LEGAL_REVIEW = "legal_review"
    APPROVED = "approved"
    SENT = "sent"
    SIGNED = "signed"
    ACTIVE = "active"
    AMENDED = "amended"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    RENEWED = "renewed"


_S = ContractState
NEXT_STATES: Mapping[ContractState, frozenset[ContractState]] = {
    _S.DRAFT: frozenset({_S.LEGAL_REVIEW, _S.TERMINATED}),
    _S.LEGAL_REVIEW: frozenset({_S.APPROVED, _S.DRAFT, _S.TERMINATED}),
    _S.APPROVED: frozenset({_S.SENT, _S.SIGNED, _S.DRAFT, _S.TERMINATED}),
    _S.SENT: frozenset({_S.SIGNED, _S.DRAFT, _S.TERMINATED}),
    _S.SIGNED: frozenset({_S.ACTIVE, _S.TERMINATED}),
    _S.ACTIVE: frozenset({_S.AMENDED, _S.EXPIRED, _S.TERMINATED, _S.RENEWED}),
    _S.AMENDED: frozenset({_S.AMENDED, _S.EXPIRED, _S.TERMINATED, _S.RENEWED}),
    _S.EXPIRED: frozenset({_S.RENEWED}),
    _S.TERMINATED: frozenset(),
    _S.RENEWED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """What a contract says: the wording, for whom, in which language, and the template it was taken from."""

    language: str = "zh"
    template: UUID
    template_version: int
    clauses: tuple[Clause, ...]
    buyer: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a company and a customer agree upon. Its amount is the quote's with tax; dates are business dates.

    `payment_template` is the key of the plan by which it is paid and `payment_parts` that plan as it was when it was
    drafted; `sold` is what it sells, empty for one of before that was kept; `paid` is what the ledger says was
    received; `renews` is the contract it follows. `effective_date` is the day on which it came into force,
    `start_date` the first day that was agreed upon, if one was. `authors` drafted it or
    reworded a part of it: none of them decides about it.
    """

    uuid: UUID
    version: int = 0
    number: str
    state: ContractState = ContractState.DRAFT
    quote: UUID
    quote_hash: bytes = b""
    opportunity: UUID
    account: UUID
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    amount: Money
    paid: Money
    sold: tuple[SoldItem, ...] = ()
    terms: ContractTerms
    payment_template: str
    payment_parts: tuple[PlanPart, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    effective_date: date | None = None
    approval: UUID | None = None
    approved_hash: bytes = b""
    comment: str = ""
    document: UUID | None = None
    renews: UUID | None = None
    sign_time: datetime | None = None
    settle_time: datetime | None = None
    creator: str
    authors: frozenset[str] = frozenset()
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"contracts/{self.uuid}"

    @property
    def signed(self) -> bool:
        """Whether it was signed by both, whatever became of it later."""
        return self.sign_time is not None

    def content_hash(self) -> bytes:
        """SHA-256 of everything that legal approves and the customer signs, without states, owners and payments."""
        return content_hash(
            {
                "number": self.number,
                "quote": self.quote,
                "quote_hash": self.quote_hash,
                "amount": [self.amount.minor, self.amount.currency],
                "language": self.terms.language,
                "buyer": self.terms.buyer,
                "clauses": [asdict(clause) for clause in self.terms.clauses],
                "variables": self.terms.variables,
                "payment_template": self.payment_template,
                "payment_parts": [part.agreed() for part in self.payment_parts],
                "term": [self.start_date, self.end_date],
                "renews": self.renews,
            }
        )

    def reworded(
        self,
        *,
        terms: ContractTerms,
        payment_template: str,
        payment_parts: tuple[PlanPart, ...],
        start: date | None,
        end: date | None,
        by: str,
        now: datetime,
    ) -> Change["Contract"]:
        """Change the draft, as one of its authors; nothing changed is no event, and makes nobody an author.

        Raises ContractNotInDraft and ContractDatesCrossed.
        """
        if self.state is not ContractState.DRAFT:
            raise ContractNotInDraft(contract=self.resource)
        check_dates(start, end)
        plan = {"payment_template": payment_template, "payment_parts": payment_parts}
        after = replace(self, terms=terms, start_date=start, end_date=end, **plan)  # type: ignore[arg-type]  # fields of different types
        if after == self:
            return Change(self, ())
        return Change(replace(after, authors=self.authors | {by}, update_time=now), (ContractUpdated(),))

    def open_review(self, *, approval: UUID, now: datetime) -> Change["Contract"]:
        """Give the draft to legal. Raises ContractCannotMove and BuyerMissing."""
        if not self.terms.buyer.strip():
            raise BuyerMissing(contract=self.resource)
        moved = self._moved(ContractState.LEGAL_REVIEW, now=now)
        return Change(replace(moved, approval=approval, approved_hash=b"", comment=""), (ContractReviewOpened(),))

    def approve(self, *, now: datetime) -> Change["Contract"]:
        """Legal agrees to exactly what the contract says now. Raises ContractCannotMove."""
        moved = self._moved(ContractState.APPROVED, now=now)
        return Change(replace(moved, approved_hash=self.content_hash()), (ContractApproved(),))

    def send_back(self, *, comment: str, now: datetime) -> Change["Contract"]:
        """Make it a draft again: legal returned it, its author took it back, or its quote moved.

        Raises ContractCannotMove.
        """
        moved = self._moved(ContractState.DRAFT, now=now)
        return Change(replace(moved, approval=None, approved_hash=b"", comment=comment), (ContractReturned(),))

    def send(self, *, document: UUID, now: datetime) -> Change["Contract"]:
        """Send it for signature, as the document says it. Raises ContractCannotMove and ContractNotAsApproved."""
        moved = self._moved(ContractState.SENT, now=now)
        self.require_as_approved()
        return Change(replace(moved, document=document), (ContractSent(),))

    def sign(self, *, now: datetime, at: datetime | None = None) -> Change["Contract"]:
        """Both have signed, now or `at` a moment before: the order stands (成单).

        Raises ContractCannotMove and ContractNotAsApproved.
        """
        moved = self._moved(ContractState.SIGNED, now=now)
        self.require_as_approved()
        return Change(replace(moved, sign_time=at or now), (ContractSigned(),))

    def require_as_approved(self) -> None:
        """Raise ContractNotAsApproved unless it still says what legal approved."""
        if not self.approved_hash or self.approved_hash != self.content_hash():
            raise ContractNotAsApproved(contract=self.resource)

    def activate(self, *, signed_on: date, now: datetime) -> Change["Contract"]:
        """Bring it into force; without a first day of its own its term begins with the signature.

        What was signed stays as it reads: the day is kept beside it. Raises ContractCannotMove.
        """
        moved = self._moved(ContractState.ACTIVE, now=now)
        return Change(replace(moved, effective_date=self.start_date or signed_on), (ContractActivated(),))

    def expire(self, *, now: datetime) -> Change["Contract"]:
        """End it with its term. Raises ContractCannotMove."""
        return Change(self._moved(ContractState.EXPIRED, now=now), (ContractExpired(),))

    def renew(self, *, now: datetime) -> Change["Contract"]:
        """The contract that follows it came into force. Raises ContractCannotMove."""
        return Change(self._moved(ContractState.RENEWED, now=now), (ContractRenewed(),))

    def require_renewable(self, *, account: UUID) -> None:
        """Raise ContractNotRenewable unless it is, or was, in force for the same customer."""
        if ContractState.RENEWED not in NEXT_STATES[self.state] or self.account != account:
            raise ContractNotRenewable(contract=self.resource)

    def terminate(self, *, comment: str, now: datetime) -> Change["Contract"]:
        """End it before its term, or drop it before it is signed. Raises ContractCannotMove."""
        moved = self._moved(ContractState.TERMINATED, now=now)
        return Change(replace(moved, comment=comment), (ContractTerminated(),))

    def amend(
        self, *, amount: Money, end: date | None, now: datetime, sold: tuple[SoldItem, ...] | None = None
    ) -> Change["Contract"]:
        """What was agreed upon later holds, also what is `sold`. Raises ContractCannotMove and ContractDatesCrossed."""
        check_dates(self.effective_date or self.start_date, end)
        moved = self._moved(ContractState.AMENDED, now=now)
        after = replace(moved, amount=amount, end_date=end, sold=self.sold if sold is None else sold)
        return Change(after, (ContractAmended(),))

    def collected(self, *, paid: Money, settled: bool, now: datetime) -> Change["Contract"]:
        """Follow the ledger: what was received, and whether no instalment is open any more; no news is no event.

        One that was ended early owes less than was agreed upon: it is not settled by that.
        """
        was = self.settle_time is not None
        holds = settled and (was or self.state is not ContractState.TERMINATED)
        after = replace(self, paid=paid, settle_time=(self.settle_time or now) if holds else None)
        if after == self:
            return Change(self, ())
        told = ContractUpdated() if holds == was else ContractSettled() if holds else ContractUnsettled()
        return Change(replace(after, update_time=now), (told,))

    def handed_over(
        self, *, owner: UUID | None, team: UUID | None, region: UUID | None, now: datetime
    ) -> Change["Contract"]:
        """Follow the opportunity to another owner; the same owner is no event."""
        after = replace(self, owner=owner, team=team, region=region)
        if after == self:
            return Change(self, ())
        return Change(replace(after, update_time=now), (ContractUpdated(),))

    def _moved(self, state: ContractState, *, now: datetime) -> "Contract":
        if state not in NEXT_STATES[self.state]:
            raise ContractCannotMove(contract=self.resource, state=self.state.name, wanted=state.name)
        return replace(self, state=state, update_time=now)


def draft(contract: Contract) -> Change[Contract]:
    """Begin a contract. Raises ContractDatesCrossed."""
    check_dates(contract.start_date, contract.end_date)
    return Change(replace(contract, authors=contract.authors | {contract.creator}), (ContractCreated(),))


def check_dates(start: date | None, end: date | None) -> None:
    """Raise ContractDatesCrossed where the last day lies before the first."""
    if start and end and end < start:
        raise ContractDatesCrossed
