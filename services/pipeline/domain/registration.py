"""Registrations of opportunities (商机报备): reported early, judged by five criteria, protected for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.events import Change
from services.pipeline.domain.registration_checks import Criterion, CriterionCheck, CriterionVerdict
from services.pipeline.domain.registration_facts import NO_PROTECTION, Protection, RegistrationFacts, RegistrationOrigin
from services.pipeline.domain.registration_happenings import (
    RegistrationApproved,
    RegistrationCreated,
    RegistrationExpired,
    RegistrationRejected,
    RegistrationRenewed,
    RegistrationReturned,
    RegistrationSubmitted,
    RegistrationUpdated,
    RegistrationWithdrawn,
)
from services.pipeline.domain.registration_refusals import (
    RegistrationCannotMove,
    RegistrationNotEditable,
    RegistrationVerdictsMissing,
    RegistrationVerdictUnmet,
    RenewalsUsedUp,
    RenewalTooEarly,
)
from services.pipeline.domain.registration_rules import RegistrationRules
from trade.reasons import Reason


class RegistrationState(Enum):
    """Where a registration stands."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


NEXT_STATES: Mapping[RegistrationState, frozenset[RegistrationState]] = {
    RegistrationState.DRAFT: frozenset({RegistrationState.UNDER_REVIEW}),
    RegistrationState.UNDER_REVIEW: frozenset(
        {
            RegistrationState.APPROVED,
            RegistrationState.RETURNED,
            RegistrationState.REJECTED,
            # Whoever submitted it takes it back.
            RegistrationState.DRAFT,
        }
    ),
    RegistrationState.RETURNED: frozenset({RegistrationState.UNDER_REVIEW}),
    # Approved once more: its protection is renewed.
    RegistrationState.APPROVED: frozenset({RegistrationState.APPROVED, RegistrationState.EXPIRED}),
    RegistrationState.REJECTED: frozenset(),
    RegistrationState.EXPIRED: frozenset(),
}
EDITABLE: frozenset[RegistrationState] = frozenset({RegistrationState.DRAFT, RegistrationState.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the machine found at the submission, and what the reviewer said.

    `rules_version` names the rules the checks were made by; `conflicts` tell of other registrations of the customer.
    """

    checks: tuple[CriterionCheck, ...] = ()
    conflicts: tuple[Reason, ...] = ()
    rules_version: int = 0
    verdicts: tuple[CriterionVerdict, ...] = ()
    reviewer: str = ""
    comment: str = ""
    time: datetime | None = None


NOT_REVIEWED = Review()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOwner:
    """Whose registration it is, as it was at the creation."""

    member: UUID
    team: UUID | None
    region: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An opportunity reported to the house, before it counts (商机报备).

    `authors` wrote a part of its facts: none of them reviews it.
    """

    uuid: UUID
    version: int = 0
    facts: RegistrationFacts
    origin: RegistrationOrigin
    owner: RegistrationOwner
    state: RegistrationState = RegistrationState.DRAFT
    review: Review = NOT_REVIEWED
    protection: Protection = NO_PROTECTION
    approval: UUID | None = None
    submit_time: datetime | None = None
    authors: frozenset[str] = frozenset()
    create_time: datetime
    update_time: datetime

    @property
    def name(self) -> str:
        """The resource name."""
        return f"registrations/{self.uuid}"

    @property
    def content_hash(self) -> bytes:
        """The digest of what is judged."""
        return self.facts.content_hash

    @property
    def counts(self) -> bool:
        """Whether it counts in the funnel: only once it was reviewed (已审核)."""
        return self.state in {RegistrationState.APPROVED, RegistrationState.EXPIRED}

    @property
    def parties(self) -> frozenset[str]:
        """Who does not review it: whoever wrote a part of it, and whose it is."""
        return self.authors | {f"members/{self.owner.member}"}

    def changed(self, *, facts: RegistrationFacts, by: str, now: datetime) -> Change["Registration"]:
        """Correct it while nobody reviews it, as one of its authors; nothing changed is no event, and no author.

        Raises RegistrationNotEditable.
        """
        if self.state not in EDITABLE:
            raise RegistrationNotEditable(state=self.state.value)
        if facts == self.facts:
            return Change(self, ())
        written = replace(self, facts=facts, authors=self.authors | {by}, update_time=now)
        return Change(written, (RegistrationUpdated(),))

    def submit(
        self,
        *,
        checks: Sequence[CriterionCheck],
        conflicts: Sequence[Reason],
        rules_version: int,
        today: date,
        now: datetime,
    ) -> Change["Registration"]:
        """Give it to the reviewer, with what the machine found; a decision cycle counts from this day.

        Raises RegistrationCannotMove and RegistrationIncomplete.
        """
        self._must_move(RegistrationState.UNDER_REVIEW)
        self.facts.must_be_complete()
        due = self.facts.closing.due(today=today)
        facts = replace(self.facts, closing=replace(self.facts.closing, day=due, cycle_days=0))
        review = Review(checks=tuple(checks), conflicts=tuple(conflicts), rules_version=rules_version)
        following = replace(
            self,
            facts=facts,
            review=review,
            state=RegistrationState.UNDER_REVIEW,
            submit_time=now,
            update_time=now,
        )
        return Change(following, (RegistrationSubmitted(),))

    def reviewed_under(self, approval: UUID) -> "Registration":
        """The registration with the approval that was asked for."""
        return replace(self, approval=approval)

    def withdraw(self, *, now: datetime) -> Change["Registration"]:
        """Take it back from the review; raises RegistrationCannotMove."""
        self._must_move(RegistrationState.DRAFT)
        return Change(replace(self, state=RegistrationState.DRAFT, update_time=now), (RegistrationWithdrawn(),))

    def approve(
        self, *, review: Review, rules: RegistrationRules, rules_version: int, now: datetime
    ) -> Change["Registration"]:
        """It passes: every criterion is met, the customer is protected, and it counts.

        Raises RegistrationCannotMove, RegistrationVerdictsMissing, RegistrationVerdictUnmet.
        """
        self._must_move(RegistrationState.APPROVED, review)
        unmet = [verdict.criterion.value for verdict in review.verdicts if not verdict.met]
        if unmet:
            raise RegistrationVerdictUnmet(criterion=unmet[0])
        following = replace(
            self,
            state=RegistrationState.APPROVED,
            review=review,
            protection=Protection(end_time=now + timedelta(days=rules.protection_days), rules_version=rules_version),
            update_time=now,
        )
        return Change(following, (RegistrationApproved(),))

    @property
    def opportunity(self) -> UUID | None:
        """The opportunity it is for, or that came of it."""
        return self.facts.opportunity

    def opened(self, *, account: UUID | None, opportunity: UUID | None) -> "Registration":
        """The approved registration with the customer it turned out to be, and the opportunity that came of it."""
        customer = replace(self.facts.customer, account=account)
        return replace(self, facts=replace(self.facts, customer=customer, opportunity=opportunity))

    def send_back(self, *, review: Review, now: datetime) -> Change["Registration"]:
        """Return it for correction. Raises RegistrationCannotMove and RegistrationVerdictsMissing."""
        self._must_move(RegistrationState.RETURNED, review)
        following = replace(self, state=RegistrationState.RETURNED, review=review, update_time=now)
        return Change(following, (RegistrationReturned(),))

    def reject(self, *, review: Review, now: datetime) -> Change["Registration"]:
        """Refuse it for good. Raises RegistrationCannotMove and RegistrationVerdictsMissing."""
        self._must_move(RegistrationState.REJECTED, review)
        following = replace(self, state=RegistrationState.REJECTED, review=review, update_time=now)
        return Change(following, (RegistrationRejected(),))

    def renew(self, *, rules: RegistrationRules, rules_version: int, now: datetime) -> Change["Registration"]:
        """Protect the customer longer, so often and so late as the rules say.

        Raises RegistrationCannotMove, RenewalsUsedUp, RenewalTooEarly.
        """
        end = self.protection.end_time
        if self.state is not RegistrationState.APPROVED or end is None or end <= now:
            raise RegistrationCannotMove(state=self.state.value, wanted="renewed")
        if self.protection.renewals >= rules.renewals:
            raise RenewalsUsedUp(most=rules.renewals)
        opens = end - timedelta(days=rules.renewal_opens_days)
        if now < opens:
            raise RenewalTooEarly(opens=opens.isoformat())
        longer = Protection(
            end_time=end + timedelta(days=rules.renewal_days),
            renewals=self.protection.renewals + 1,
            rules_version=rules_version,
        )
        return Change(replace(self, protection=longer, update_time=now), (RegistrationRenewed(),))

    def expire(self, *, now: datetime) -> Change["Registration"]:
        """Its protection is over; raises RegistrationCannotMove while it is not."""
        self._must_move(RegistrationState.EXPIRED)
        if self.protection.end_time is None or self.protection.end_time > now:
            raise RegistrationCannotMove(state=self.state.value, wanted=RegistrationState.EXPIRED.value)
        return Change(replace(self, state=RegistrationState.EXPIRED, update_time=now), (RegistrationExpired(),))

    def given_up(self, *, now: datetime) -> Change["Registration"]:
        """Protect the customer no longer: what it was registered for is lost. One that protects nobody is no event."""
        end = self.protection.end_time
        if self.state is not RegistrationState.APPROVED or end is None or end <= now:
            return Change(self, ())
        over = replace(self.protection, end_time=now)
        following = replace(self, state=RegistrationState.EXPIRED, protection=over, update_time=now)
        return Change(following, (RegistrationExpired(),))

    def _must_move(self, wanted: RegistrationState, review: Review | None = None) -> None:
        if wanted not in NEXT_STATES[self.state]:
            raise RegistrationCannotMove(state=self.state.value, wanted=wanted.value)
        if review is not None:
            judged = [verdict.criterion for verdict in review.verdicts]
            missing = [each.value for each in Criterion if judged.count(each) != 1]
            if missing:
                raise RegistrationVerdictsMissing(criteria=", ".join(missing))


def begin_registration(
    *,
    uuid: UUID,
    facts: RegistrationFacts,
    origin: RegistrationOrigin,
    owner: RegistrationOwner,
    by: str,
    now: datetime,
) -> Change[Registration]:
    """Begin a registration as a draft, written by somebody for its owner, or by himself."""
    registration = Registration(
        uuid=uuid,
        facts=facts,
        origin=origin,
        owner=owner,
        authors=frozenset({by}),
        create_time=now,
        update_time=now,
    )
    return Change(registration, (RegistrationCreated(),))
