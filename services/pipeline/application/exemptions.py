"""What needs no reviewed registration (报备豁免): one policy, asked on every way an opportunity comes."""

from uuid import UUID

from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from services.pipeline.application.rule_kinds import REGISTRATION_POLICY
from services.pipeline.domain.registration_policy import Entry, Exemption, RegistrationNeeded


async def exemption_for(read: Read, entry: Entry, rulebook: Rulebook) -> tuple[Exemption, int]:
    """Why an opportunity needs no registration, and the version of the policy; raises RegistrationNeeded."""
    policy = await rulebook.current(read, REGISTRATION_POLICY)
    return policy.rules.exemption(entry), policy.version


async def possible_exemption(read: Read, entry: Entry, rulebook: Rulebook) -> tuple[Exemption, int] | None:
    """The same for an opportunity that may stand without counting; None where it does not count."""
    try:
        return await exemption_for(read, entry, rulebook)
    except RegistrationNeeded:
        return None


def note_exemption(work: UnitOfWork, opportunity: UUID, exemption: Exemption, *, version: int) -> None:
    """Keep by which exemption an opportunity counts without a review."""
    work.note(
        action="exempt from registration",
        resource=f"opportunities/{opportunity}",
        details={"exemption": exemption.key, "policy_version": version},
    )
