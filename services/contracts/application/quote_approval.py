"""Discounts (折扣审批): who must agree to a quote, asking him, and what his decision does to it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from chassis.approvals import (
    Approval,
    ApprovalKind,
    ApprovalState,
    ApprovalSubject,
    ApproverRule,
    ask,
    hand_over_approvals,
    outdate,
)
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from kernel.events import Change
from services.contracts.application.open_opportunities import require_open
from services.contracts.application.quote_desk import QuoteDesk
from services.contracts.domain.discount_authority import Verdict, judge
from services.contracts.domain.quote import Quote
from services.contracts.domain.quote_refusals import QuoteBeyondAuthority, QuoteEmpty
from services.contracts.storage import quotes
from services.contracts.storage.approvals import APPROVALS
from services.contracts.storage.concessions import concessions_of, judge_alone
from services.contracts.storage.quotes import QUOTE_RECORD

DISCOUNT = "discount"
_WRITING = "contracts.write"


async def verdict_on(read: Read, desk: QuoteDesk, quote: Quote) -> Verdict:
    """Who must agree to a quote by the rules in force, what the customer was given before included."""
    force, now = await desk.authority(read), read.now
    rules = force.rules
    given = await concessions_of(
        read,
        quote,
        lately=now - timedelta(days=rules.splitting.days),
        long=now - timedelta(days=rules.concessions.days),
    )
    return replace(judge(rules, quote, given=given), rules_version=force.version)


async def submit_quote(work: UnitOfWork, desk: QuoteDesk, *, uuid: UUID, seen: int | None) -> Quote:
    """A quote is approved at once where its discount needs nobody; else whoever has the authority is asked.

    Of two quotes of one customer that are submitted together, the second is judged by what the first concedes.
    Raises QuoteNotFound, StaleVersion, QuoteOpportunityClosed, QuoteCannotMove, QuoteEmpty, QuoteBeyondAuthority.
    """
    quote = await quotes.get_quote(work, uuid, permission=_WRITING)
    if seen is not None and quote.version != seen:
        raise StaleVersion(resource=quote.resource)
    await require_open(work, quote.deal.opportunity)
    if not quote.terms.lines:
        raise QuoteEmpty(quote=quote.resource)
    await judge_alone(work, quote)
    verdict = await verdict_on(work, desk, quote)
    if verdict.roles is None:
        # What was asked before, when somebody's agreement was needed, would wait for an answer nobody can give.
        await drop_approval(work, quote)
        saved = work.save(QUOTE_RECORD, _submitted(work, quote, verdict, approval=None))
        await desk.approved(work, saved)
        return saved
    if not verdict.roles:
        raise QuoteBeyondAuthority(quote=quote.resource)
    # Refused before anything is asked: the approval would otherwise be gathered for nothing.
    _submitted(work, quote, verdict, approval=quote.uuid)
    approval = await ask(
        work,
        APPROVALS,
        kind=DISCOUNT,
        subject=subject_of(quote),
        approver=approver_rule(verdict.roles),
        reasons=verdict.reasons,
    )
    return work.save(QUOTE_RECORD, _submitted(work, quote, verdict, approval=approval.uuid))


def _submitted(work: UnitOfWork, quote: Quote, verdict: Verdict, *, approval: UUID | None) -> Change[Quote]:
    """The quote as it stands after the verdict on it."""
    return quote.submit(approval=approval, reasons=verdict.reasons, rules_version=verdict.rules_version, now=work.now)


def approver_rule(roles: frozenset[str]) -> ApproverRule:
    """Whoever may approve, has one of the roles, and reaches the quote."""
    return ApproverRule(permission="contracts.approve", roles=roles)


def subject_of(quote: Quote) -> ApprovalSubject:
    """What is decided about: exactly what the quote says now."""
    deal = quote.deal
    return ApprovalSubject(
        name=quote.resource,
        content_hash=quote.content_hash(),
        owner=deal.owner,
        team=deal.team,
        region=deal.region,
        parties=quote.authors,
    )


async def drop_approval(work: UnitOfWork, quote: Quote) -> None:
    """What was asked, or granted, about the quote holds no longer; one that names no approval has none that holds."""
    if quote.approval is not None:
        await outdate(work, APPROVALS, subject=quote.resource, kind=DISCOUNT)


async def hand_over_approval(work: UnitOfWork, quote: Quote) -> None:
    """The open question about a quote goes to another owner with it."""
    deal = quote.deal
    await hand_over_approvals(
        work,
        APPROVALS,
        subject=quote.resource,
        kind=DISCOUNT,
        owner=deal.owner,
        team=deal.team,
        region=deal.region,
    )


@dataclass(frozen=True, slots=True)
class _Discounts:
    desk: QuoteDesk

    async def content(self, work: UnitOfWork, approval: Approval) -> bytes:
        return (await quotes.quote_by_itself(work, _quoted(approval))).content_hash()

    async def parties(self, work: UnitOfWork, approval: Approval) -> frozenset[str]:
        """Whoever wrote a part of the quote, and whose it is now: none decides about it, whoever asked."""
        quote = await quotes.quote_by_itself(work, _quoted(approval))
        return quote.authors | {f"members/{quote.deal.owner}"}

    async def settle(self, work: UnitOfWork, approval: Approval) -> None:
        """The quote follows the decision; an approved one may begin the contract of its opportunity."""
        quote = await quotes.quote_by_itself(work, _quoted(approval))
        comment = approval.decision.comment if approval.decision else ""
        match approval.state:
            case ApprovalState.APPROVED:
                saved = work.save(QUOTE_RECORD, quote.approve(comment=comment, now=work.now))
                await self.desk.approved(work, saved)
            case ApprovalState.WITHDRAWN:
                work.save(QUOTE_RECORD, quote.take_back(now=work.now))
            case _:
                work.save(QUOTE_RECORD, quote.send_back(comment=comment, now=work.now))


def _quoted(approval: Approval) -> UUID:
    return UUID(approval.subject.name.rpartition("/")[2])


def discount_kind(desk: QuoteDesk) -> ApprovalKind:
    """What a decision about a discount does."""
    discounts = _Discounts(desk)
    return ApprovalKind(content=discounts.content, effect=discounts.settle, parties=discounts.parties)
