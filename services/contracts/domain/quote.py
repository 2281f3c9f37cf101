"""The quote (报价单): its life as a table of states; what was not approved is neither sent nor signed, on any way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from kernel.content import content_hash
from kernel.events import Change
from kernel.money import Money
from services.contracts.domain.quote_happenings import (
    QuoteAccepted,
    QuoteApproved,
    QuoteCreated,
    QuoteExpired,
    QuotePersonErased,
    QuoteReturned,
    QuoteSent,
    QuoteSubmitted,
    QuoteSuperseded,
    QuoteUpdated,
    QuoteWithdrawn,
)
from services.contracts.domain.quote_lines import QuoteLine, Sums, add_up
from services.contracts.domain.quote_refusals import QuoteCannotMove, QuoteNotApproved, QuoteOutOfDate
from services.contracts.domain.quote_terms import Deal, QuoteTerms
from trade.reasons import Reason

# Stands where the name of a person stood.
ERASED = "***"


class QuoteState(Enum):
    """Where a quote stands."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    RETURNED = "returned"
    SENT = "sent"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


_S = QuoteState
NEXT_STATES: Mapping[QuoteState, frozenset[QuoteState]] = {
    _S.DRAFT: frozenset({_S.PENDING_APPROVAL, _S.APPROVED, _S.SUPERSEDED, _S.EXPIRED, _S.WITHDRAWN}),
    _S.PENDING_APPROVAL: frozenset({_S.APPROVED, _S.RETURNED, _S.DRAFT, _S.SUPERSEDED, _S.WITHDRAWN}),
    _S.RETURNED: frozenset({_S.DRAFT, _S.PENDING_APPROVAL, _S.APPROVED, _S.SUPERSEDED, _S.EXPIRED, _S.WITHDRAWN}),
    _S.APPROVED: frozenset({_S.DRAFT, _S.SENT, _S.ACCEPTED, _S.SUPERSEDED, _S.EXPIRED, _S.WITHDRAWN}),
    _S.SENT: frozenset({_S.ACCEPTED, _S.SUPERSEDED, _S.EXPIRED, _S.WITHDRAWN}),
    _S.ACCEPTED: frozenset({_S.APPROVED}),
    _S.EXPIRED: frozenset({_S.SUPERSEDED, _S.WITHDRAWN}),
    _S.SUPERSEDED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
EDITABLE = frozenset({_S.DRAFT, _S.RETURNED, _S.PENDING_APPROVAL, _S.APPROVED})
# What the company offered to a customer, or is about to: these concessions are counted together.
OFFERED = frozenset({_S.PENDING_APPROVAL, _S.APPROVED, _S.SENT, _S.ACCEPTED})
APPROVED_STATES = frozenset({_S.APPROVED, _S.SENT, _S.ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An offer to a customer. `revision` counts its versions from 1; `previous` is the version it took the place of.

    `authors` wrote a part of what is offered, in this version or in one before: none of them agrees to it.

    `approved_hash` is the digest of exactly what was approved, empty as long as nothing is. Who must agree was decided
    for `reasons`, by `rules_version` of the rules: 0 are those the product came with.
    """

    uuid: UUID
    version: int = 0
    number: str
    state: QuoteState = QuoteState.DRAFT
    revision: int = 1
    previous: UUID | None = None
    deal: Deal
    terms: QuoteTerms
    sums: Sums
    approval: UUID | None = None
    approved_hash: bytes = b""
    reasons: tuple[Reason, ...] = ()
    rules_version: int = 0
    comment: str = ""
    submit_time: datetime | None = None
    send_time: datetime | None = None
    creator: str
    authors: frozenset[str] = frozenset()
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"quotes/{self.uuid}"

    @property
    def approved(self) -> bool:
        """Whether it may be sent and signed: it is approved, and still says exactly what was."""
        return self.state in APPROVED_STATES and bool(self.approved_hash) and self.approved_hash == self.content_hash()

    @property
    def conceded(self) -> Money:
        """What was given up against the list, before tax."""
        return self.sums.listed - self.sums.net

    def content_hash(self) -> bytes:
        """SHA-256 of everything the customer is offered, without states and owners."""
        terms, sums = self.terms, self.sums
        return content_hash(
            {
                "number": self.number,
                "revision": self.revision,
                "deal": [self.deal.opportunity, self.deal.account],
                "currency": terms.currency,
                "buyer": terms.buyer,
                "lines": [_agreed(line) for line in terms.lines],
                "discount": _exact(terms.discount),
                "coupons": terms.coupons,
                "valid_until": terms.valid_until,
                "sums": [sums.listed.minor, sums.net.minor, sums.tax.minor, sums.gross.minor],
            }
        )

    def require_approved(self) -> None:
        """Raise QuoteNotApproved unless somebody with the authority agreed to exactly this."""
        if not self.approved:
            raise QuoteNotApproved(quote=self.resource)

    def rewritten(self, *, terms: QuoteTerms, by: str, now: datetime) -> Change["Quote"]:
        """Offer something else, as one of its authors: whatever was asked or approved holds no longer.

        The same is no event, and makes nobody an author.

        Raises QuoteCannotMove and CouponsTooLarge.
        """
        if self.state not in EDITABLE:
            raise self._cannot(QuoteState.DRAFT)
        lines, sums = add_up(terms.lines, currency=terms.currency, discount=terms.discount, coupons=terms.coupons)
        after = replace(self, terms=replace(terms, lines=lines), sums=sums)
        if after == self:
            return Change(self, ())
        written = replace(after, authors=self.authors | {by}, update_time=now)
        return Change(replace(written, **_UNDECIDED), (QuoteUpdated(),))  # type: ignore[arg-type]  # fields of different types

    def submit(
        self, *, approval: UUID | None, reasons: tuple[Reason, ...], rules_version: int, now: datetime
    ) -> Change["Quote"]:
        """Ask for the approval, or be approved at once where none is needed. Raises QuoteCannotMove."""
        waits = approval is not None
        moved = self._moved(QuoteState.PENDING_APPROVAL if waits else QuoteState.APPROVED, now=now)
        asked = replace(
            moved, approval=approval, reasons=reasons, rules_version=rules_version, comment="", submit_time=now
        )
        if waits:
            return Change(replace(asked, approved_hash=b""), (QuoteSubmitted(),))
        return Change(replace(asked, approved_hash=self.content_hash()), (QuoteApproved(),))

    def approve(self, *, comment: str, now: datetime) -> Change["Quote"]:
        """Somebody with the authority agrees to exactly what it says now. Raises QuoteCannotMove."""
        if self.state is not QuoteState.PENDING_APPROVAL:
            raise self._cannot(QuoteState.APPROVED)
        moved = self._moved(QuoteState.APPROVED, now=now)
        return Change(replace(moved, approved_hash=self.content_hash(), comment=comment), (QuoteApproved(),))

    def send_back(self, *, comment: str, now: datetime) -> Change["Quote"]:
        """The approver does not agree. Raises QuoteCannotMove."""
        moved = self._moved(QuoteState.RETURNED, now=now)
        return Change(replace(moved, approved_hash=b"", comment=comment), (QuoteReturned(),))

    def take_back(self, *, now: datetime) -> Change["Quote"]:
        """Its author no longer asks. Raises QuoteCannotMove."""
        if self.state is not QuoteState.PENDING_APPROVAL:
            raise self._cannot(QuoteState.DRAFT)
        return Change(replace(self._moved(QuoteState.DRAFT, now=now), approval=None), (QuoteUpdated(),))

    def send(self, *, today: date, now: datetime) -> Change["Quote"]:
        """Give it to the customer. Raises QuoteCannotMove, QuoteNotApproved and QuoteOutOfDate."""
        if self.state in (QuoteState.DRAFT, QuoteState.PENDING_APPROVAL, QuoteState.RETURNED):
            raise QuoteNotApproved(quote=self.resource)
        moved = self._moved(QuoteState.SENT, now=now)
        self.require_approved()
        if self.terms.valid_until < today:
            raise QuoteOutOfDate(quote=self.resource)
        return Change(replace(moved, send_time=now), (QuoteSent(),))

    def accept(self, *, now: datetime) -> Change["Quote"]:
        """The customer signed the contract that came of it. Raises QuoteNotApproved and QuoteCannotMove."""
        self.require_approved()
        return Change(self._moved(QuoteState.ACCEPTED, now=now), (QuoteAccepted(),))

    def give_back(self, *, now: datetime) -> Change["Quote"]:
        """The signed contract that came of it was ended: it may become another one. Raises QuoteCannotMove."""
        if self.state is not QuoteState.ACCEPTED:
            raise self._cannot(QuoteState.APPROVED)
        return Change(self._moved(QuoteState.APPROVED, now=now), (QuoteUpdated(),))

    def handed_over(self, *, deal: Deal, now: datetime) -> Change["Quote"]:
        """Follow its opportunity to another owner: what is offered, and what was approved of it, stays."""
        after = replace(self, deal=replace(self.deal, owner=deal.owner, team=deal.team, region=deal.region))
        if after == self:
            return Change(self, ())
        return Change(replace(after, update_time=now), (QuoteUpdated(),))

    def expire(self, *, now: datetime) -> Change["Quote"]:
        """Its last day is past. Raises QuoteCannotMove."""
        return Change(self._moved(QuoteState.EXPIRED, now=now), (QuoteExpired(),))

    def supersede(self, *, now: datetime) -> Change["Quote"]:
        """A newer version takes its place. Raises QuoteCannotMove."""
        return Change(self._moved(QuoteState.SUPERSEDED, now=now), (QuoteSuperseded(),))

    def withdraw(self, *, now: datetime) -> Change["Quote"]:
        """Take it back (撤回) for good; what a signed contract rests on stays. Raises QuoteCannotMove."""
        return Change(replace(self._moved(QuoteState.WITHDRAWN, now=now), approval=None), (QuoteWithdrawn(),))

    def erase_person(self, *, now: datetime) -> Change["Quote"]:
        """Forget the customer's name, who is a person, and free words; nothing left to erase is no event."""
        after = replace(self, terms=replace(self.terms, buyer=ERASED if self.terms.buyer else ""), comment="")
        return Change(self, ()) if after == self else Change(replace(after, update_time=now), (QuotePersonErased(),))

    def _moved(self, state: QuoteState, *, now: datetime) -> "Quote":
        if state not in NEXT_STATES[self.state]:
            raise self._cannot(state)
        return replace(self, state=state, update_time=now)

    def _cannot(self, wanted: QuoteState) -> QuoteCannotMove:
        return QuoteCannotMove(quote=self.resource, state=self.state.name, wanted=wanted.name)


_UNDECIDED: Mapping[str, object] = {
    "state": QuoteState.DRAFT,
    "approval": None,
    "approved_hash": b"",
    "reasons": (),
    "rules_version": 0,
    "comment": "",
}


def begin_quote(
    *, uuid: UUID, number: str, deal: Deal, terms: QuoteTerms, by: str, now: datetime, after: Quote | None = None
) -> Change[Quote]:
    """Begin a quote, or the version that takes the place of `after`. Raises CouponsTooLarge."""
    lines, sums = add_up(terms.lines, currency=terms.currency, discount=terms.discount, coupons=terms.coupons)
    quote = Quote(
        uuid=uuid,
        number=number,
        revision=after.revision + 1 if after else 1,
        previous=after.uuid if after else None,
        deal=deal,
        terms=replace(terms, lines=lines),
        sums=sums,
        creator=by,
        authors=frozenset({by}) | (after.authors if after else frozenset()),
        create_time=now,
        update_time=now,
    )
    return Change(quote, (QuoteCreated(),))


def _agreed(line: QuoteLine) -> list[object]:
    numbers = (line.quantity, line.list_price, line.discount, line.tax_rate)
    amounts = (line.list_minor, line.net_minor, line.tax_minor)
    return [line.product, line.display_name, line.unit, *(_exact(each) for each in numbers), *amounts]


def _exact(number: Decimal) -> str:
    """One text for one number, however it was written."""
    return f"{number.normalize():f}"
