"""Leads that are likely an existing customer's, and what people make of that (疑似已有客户)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.duplicate_pairs import Judgement
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.qualifying import LeadCannotBeJudged
from trade.reasons import Reason


class CandidateState(Enum):
    """Where a candidate stands."""

    OPEN = "open"
    LINKED = "linked"
    REFUSED = "refused"


# Whoever linked a lead to the wrong customer says so; that opens the question of another one again.
NEXT_STATES: Mapping[CandidateState, frozenset[CandidateState]] = {
    CandidateState.OPEN: frozenset({CandidateState.LINKED, CandidateState.REFUSED}),
    CandidateState.LINKED: frozenset({CandidateState.REFUSED}),
    CandidateState.REFUSED: frozenset(),
}


@dataclass(eq=False, kw_only=True)
class AccountCandidateNotFound(Refusal):
    """There is no such candidate, the caller may not see its lead, or its account is there no more."""

    kind = Kind.NOT_FOUND
    reason = "ACCOUNT_CANDIDATE_NOT_FOUND"

    candidate: str


@dataclass(eq=False, kw_only=True)
class AccountCandidateUnseen(Refusal):
    """The caller does not see the account: whether it is the same is for those to say who see both; `team` to ask."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_CANDIDATE_UNSEEN"

    team: str


@dataclass(eq=False, kw_only=True)
class AccountCandidateJudged(Refusal):
    """Somebody has judged the candidate already."""

    kind = Kind.RULE_VIOLATION
    reason = "ACCOUNT_CANDIDATE_JUDGED"

    judge: str


@dataclass(frozen=True, slots=True)
class LeadAccountLinked:
    """Somebody said that the lead is an existing customer's."""

    account: UUID


@dataclass(frozen=True, slots=True)
class LeadAccountRefused:
    """Somebody said that the lead and an existing customer are two."""

    account: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMatch:
    """An account that is likely a lead's customer: the score from 0 to 1, and why."""

    account: UUID
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedAccount:
    """What somebody may be told of an account: its name where he sees it, of any other what a look-up tells."""

    account: UUID
    visible: bool
    display_name: str = ""
    protection_end_time: datetime | None = None
    in_pool: bool = False
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCandidate:
    """A lead and an account that are likely one customer; `lead_name` is the company's.

    While it is open it is about the lead that stands for the one it was found of.
    """

    uuid: UUID
    lead: UUID
    account: UUID
    score: float
    reasons: tuple[Reason, ...]
    create_time: datetime
    lead_name: str = ""
    state: CandidateState = CandidateState.OPEN
    judgement: Judgement | None = None

    def judged(self, state: CandidateState, judgement: Judgement) -> "AccountCandidate":
        """Mark what somebody found; raises AccountCandidateJudged."""
        if state not in NEXT_STATES[self.state]:
            raise AccountCandidateJudged(judge=self.judgement.judge_name if self.judgement else "")
        return replace(self, state=state, judgement=judgement)


class AccountStock(Protocol):
    """The accounts, kept by another service."""

    async def match(self, customers: Sequence[LeadFacts]) -> Sequence[Sequence[AccountMatch]]:
        """For each customer the accounts it is or likely is. Raises Overloaded while nobody answers."""
        ...

    async def describe(self, accounts: Collection[UUID], *, reader: str) -> Mapping[UUID, DescribedAccount]:
        """What a reader may be told of those that are not archived. Raises Overloaded while nobody answers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What follows from a comparison of a lead: candidates that are new, told otherwise, or no longer there."""

    new: tuple[AccountMatch, ...] = ()
    changed: tuple[AccountCandidate, ...] = ()
    gone: tuple[AccountCandidate, ...] = ()


def is_compared(lead: Lead) -> bool:
    """Whether somebody works the lead: one that is converted, merged away or disqualified asks nothing."""
    return lead.state in OPEN_STATES and lead.merged is None


def identity_facts(facts: LeadFacts) -> tuple[str, ...]:
    """What a lead is compared with accounts by."""
    return facts.company_name, facts.contact_name, facts.credit_code, facts.phone, facts.email


def compared(matches: Sequence[AccountMatch], known: Sequence[AccountCandidate]) -> Found:
    """Bring what is known of a lead to what was found now; of a pair somebody judged nobody is asked again.

    A lead that was linked to its account is not asked about at all. Of leads that were merged, two equal questions are
    one.
    """
    judged = {each.account for each in known if each.state is not CandidateState.OPEN}
    waiting = {each.account: each for each in known if each.state is CandidateState.OPEN}
    is_linked = any(each.state is CandidateState.LINKED for each in known)
    found = {} if is_linked else {each.account: each for each in matches if each.account not in judged}
    told = [(waiting[account], match) for account, match in found.items() if account in waiting]
    return Found(
        new=tuple(match for account, match in found.items() if account not in waiting),
        changed=tuple(
            replace(before, score=match.score, reasons=match.reasons)
            for before, match in told
            if (before.score, before.reasons) != (match.score, match.reasons)
        ),
        gone=tuple(
            each
            for each in known
            if each.state is CandidateState.OPEN and (each.account not in found or each != waiting[each.account])
        ),
    )


def linked(lead: Lead, account: UUID, *, now: datetime) -> Change[Lead]:
    """Hold an open lead for an existing customer's. Raises LeadCannotBeJudged."""
    _check_open(lead, "linked")
    return Change(replace(lead, update_time=now), (LeadAccountLinked(account),))


def refused(lead: Lead, account: UUID, *, now: datetime) -> Change[Lead]:
    """Hold an open lead and an existing customer for two. Raises LeadCannotBeJudged."""
    _check_open(lead, "refused")
    return Change(replace(lead, update_time=now), (LeadAccountRefused(account),))


def _check_open(lead: Lead, wanted: str) -> None:
    if lead.state not in OPEN_STATES:
        raise LeadCannotBeJudged(state=lead.state.value, wanted=wanted)
