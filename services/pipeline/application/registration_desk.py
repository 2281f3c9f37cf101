"""What every use case of registrations is given: the rules in force, who works here, and the calendar day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.organization import Organization, Snapshot
from chassis.rule_sets import InForce, Rulebook
from chassis.work import Read
from services.pipeline.application.protected_customers import protected_by
from services.pipeline.application.rule_kinds import REGISTRATION, REGISTRATION_FORM
from services.pipeline.domain.account import Account
from services.pipeline.domain.customer_keys import KEY_MEANINGS, customer_keys
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.registration_form import RegistrationForm
from services.pipeline.domain.registration_opening import account_facts
from services.pipeline.domain.registration_refusals import CustomerProtected
from services.pipeline.domain.registration_rules import RegistrationRules
from services.pipeline.domain.resemblance import identity_of, resemblances, sought
from services.pipeline.storage.account_finding import find_known
from services.pipeline.storage.accounts import account_by_itself
from services.pipeline.storage.protections import ProtectedKey
from services.pipeline.storage.registrations import Rival, live_rivals
from trade.reasons import Reason

READ, WRITE, REVIEW = "pipeline.read", "pipeline.write", "pipeline.review"
# More rivals than these tell a reviewer nothing new.
_MOST_RIVALS = 5
_STRENGTH = tuple(KEY_MEANINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationDesk:
    """Where registrations are taken in and judged."""

    rulebook: Rulebook
    organization: Organization
    zone: ZoneInfo

    async def rules(self, read: Read) -> InForce[RegistrationRules]:
        """The rules in force."""
        return await self.rulebook.current(read, REGISTRATION)

    async def form(self, read: Read) -> RegistrationForm:
        """The form in force."""
        return (await self.rulebook.current(read, REGISTRATION_FORM)).rules

    def day(self, time: datetime) -> date:
        """The day an instant falls on where the house is."""
        return time.astimezone(self.zone).date()

    async def conflicts(self, read: Read, registration: Registration) -> tuple[Reason, ...]:
        """Who else reported the customer: that it is so, until when he is protected, whose team to ask; no more."""
        keys = customer_keys(registration.facts)
        owner = registration.owner.member
        rivals = await live_rivals(read, keys, besides=registration.uuid, owner=owner, most=_MOST_RIVALS)
        snapshot = await self.organization.current()
        told = [self._conflict(rival, snapshot) for rival in rivals]
        for account in await self.accounts_of(read, registration):
            if account.ownership.owner not in {owner, None}:
                team = self.team_name(snapshot, account.ownership.team)
                told.append(Reason("CONFLICT_ACCOUNT_OWNED", {"team": team}))
        return tuple(each for place, each in enumerate(told) if each not in told[:place])

    async def accounts_of(self, read: Read, registration: Registration) -> Sequence[Account]:
        """The accounts the customer is already, whoever may see them."""
        named, contact = registration.facts.customer.account, registration.facts.contact
        if not registration.facts.customer.told:
            return ()
        chosen = [await account_by_itself(read, named)] if named is not None else []
        identity = identity_of(account_facts(registration.facts), phones=(contact.phone,), emails=(contact.email,))
        wanted = sought(identity)
        same = [each.account for each in resemblances(wanted, await find_known(read, wanted)) if each.same]
        return [*chosen, *(each for each in same if each.uuid != named)]

    def team_name(self, snapshot: Snapshot, team: UUID | None) -> str:
        """What people call a team; empty for none."""
        known = snapshot.teams.get(team) if team else None
        return known.display_name if known else ""

    async def protected_by(self, others: Sequence[ProtectedKey]) -> CustomerProtected:
        """The refusal where others protect the customer."""
        return await protected_by(others, organization=self.organization, zone=self.zone)

    def _conflict(self, rival: Rival, snapshot: Snapshot) -> Reason:
        told = {"by": _strongest(sorted(rival.keys)), "team": self.team_name(snapshot, rival.team)}
        if rival.end_time is None:
            return Reason("CONFLICT_UNDER_REVIEW", told)
        return Reason("CONFLICT_PROTECTED", {**told, "until": self.day(rival.end_time).isoformat()})


def _strongest(keys: Sequence[str]) -> str:
    return KEY_MEANINGS[min((key[0] for key in keys), key=_STRENGTH.index)]
