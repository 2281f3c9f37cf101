"""The amendment (补充协议): what both agree upon later; it re-plans only what nobody has begun to pay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.content import content_hash
from kernel.errors import Kind, Refusal
from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.contract_erasing import ERASED
from services.contracts.domain.instalment import Instalment
from services.contracts.domain.payment_plan import PlanPart


class AmendmentState(Enum):
    """Where an amendment stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SIGNED = "signed"
    DROPPED = "dropped"


_S = AmendmentState
NEXT_STATES: Mapping[AmendmentState, frozenset[AmendmentState]] = {
    _S.PROPOSED: frozenset({_S.APPROVED, _S.DROPPED}),
    _S.APPROVED: frozenset({_S.SIGNED, _S.DROPPED}),
    _S.SIGNED: frozenset(),
    _S.DROPPED: frozenset(),
}
UNDER_WAY = frozenset({AmendmentState.PROPOSED, AmendmentState.APPROVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What is to hold of a contract from the signature on.

    `amount` is the contract's new amount, kept as it was without a `quote`; `payment_parts` plan what is left of it.
    """

    uuid: UUID
    version: int = 0
    contract: UUID
    state: AmendmentState = AmendmentState.PROPOSED
    text: str
    quote: UUID | None = None
    quote_hash: bytes = b""
    amount: Money
    end_date: date | None = None
    payment_template: str
    payment_parts: tuple[PlanPart, ...]
    approval: UUID | None = None
    approved_hash: bytes = b""
    comment: str = ""
    sign_time: datetime | None = None
    creator: str
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"contractAmendments/{self.uuid}"

    def content_hash(self) -> bytes:
        """SHA-256 of everything that legal approves and the customer signs."""
        return content_hash(
            {
                "contract": self.contract,
                "text": self.text,
                "quote": [self.quote, self.quote_hash],
                "amount": [self.amount.minor, self.amount.currency],
                "end_date": self.end_date,
                "payment": [self.payment_template, [part.agreed() for part in self.payment_parts]],
            }
        )

    def approve(self, *, now: datetime) -> Change["Amendment"]:
        """Legal agrees to exactly what it says. Raises AmendmentCannotMove."""
        moved = self._moved(AmendmentState.APPROVED, now=now)
        return Change(replace(moved, approved_hash=self.content_hash()), (AmendmentApproved(),))

    def drop(self, *, comment: str, now: datetime) -> Change["Amendment"]:
        """Nothing comes of it, and somebody says why. Raises AmendmentCannotMove."""
        return Change(replace(self._moved(AmendmentState.DROPPED, now=now), comment=comment), (AmendmentDropped(),))

    def sign(self, *, now: datetime) -> Change["Amendment"]:
        """Both have signed it. Raises AmendmentCannotMove and AmendmentNotAsApproved."""
        moved = self._moved(AmendmentState.SIGNED, now=now)
        if self.approved_hash != self.content_hash():
            raise AmendmentNotAsApproved(amendment=self.resource)
        return Change(replace(moved, sign_time=now), (AmendmentSigned(),))

    def erase_person(self, *, now: datetime) -> Change["Amendment"]:
        """Forget what was written freely; nothing left to erase is no event."""
        after = replace(self, text=ERASED, comment="")
        return Change(self, ()) if after == self else Change(replace(after, update_time=now), (AmendmentErased(),))

    def _moved(self, state: AmendmentState, *, now: datetime) -> "Amendment":
        if state not in NEXT_STATES[self.state]:
            raise AmendmentCannotMove(amendment=self.resource, state=self.state.name, wanted=state.name)
        return replace(self, state=state, update_time=now)


def propose_amendment(amendment: Amendment) -> Change[Amendment]:
    """Propose one."""
    return Change(amendment, (AmendmentProposed(),))


def rest_to_plan(amount: Money, plan: Iterable[Instalment]) -> Money:
    """What is left of a new amount beside the instalments that were begun; raises AmendmentBelowBegun.

    What was given up of them is part of what was agreed upon, as it is of the first amount.
    """
    begun = [each.amount.minor for each in plan if not each.cancelled and not each.is_untouched]
    rest = amount - Money(minor=sum(begun), currency=amount.currency)
    if rest.minor < 0:
        raise AmendmentBelowBegun(begun=Money(minor=sum(begun), currency=amount.currency).written())
    return rest


@dataclass(frozen=True, slots=True)
class AmendmentProposed:
    """It was given to legal."""


@dataclass(frozen=True, slots=True)
class AmendmentApproved:
    """Legal agreed."""


@dataclass(frozen=True, slots=True)
class AmendmentDropped:
    """Nothing comes of it."""


@dataclass(frozen=True, slots=True)
class AmendmentSigned:
    """Both signed it: it holds."""


@dataclass(frozen=True, slots=True)
class AmendmentErased:
    """What was written freely was erased with a person."""


@dataclass(eq=False, kw_only=True)
class AmendmentNotFound(Refusal):
    """There is no such amendment, or its contract is out of the caller's sight."""

    kind = Kind.NOT_FOUND
    reason = "CONTRACT_AMENDMENT_NOT_FOUND"

    amendment: str


@dataclass(eq=False, kw_only=True)
class AmendmentCannotMove(Refusal):
    """The table of states does not know this way."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_AMENDMENT_CANNOT_MOVE"

    amendment: str
    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class AmendmentNotAsApproved(Refusal):
    """It does not say what legal approved."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_AMENDMENT_NOT_AS_APPROVED"

    amendment: str


@dataclass(eq=False, kw_only=True)
class AmendmentOpenAlready(Refusal):
    """Another amendment of the contract is under way: one is agreed upon at a time."""

    kind = Kind.ALREADY_EXISTS
    reason = "CONTRACT_AMENDMENT_OPEN"

    amendment: str


@dataclass(eq=False, kw_only=True)
class AmendmentBelowBegun(Refusal):
    """The new amount is less than the instalments that were begun come to (in minor units)."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_AMENDMENT_BELOW_BEGUN"

    begun: str
    field: str = "contract_amendment.quote"


@dataclass(eq=False, kw_only=True)
class AmendmentQuoteElsewhere(Refusal):
    """The quote is for another opportunity, another customer, or in another currency."""

    kind = Kind.INVALID_INPUT
    reason = "CONTRACT_AMENDMENT_QUOTE_ELSEWHERE"

    field: str = "contract_amendment.quote"
