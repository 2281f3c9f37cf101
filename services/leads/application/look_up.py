"""Looking customers up among leads without seeing them (查重查询)."""

from dataclasses import dataclass

from chassis.masking import digest
from chassis.work import UnitOfWork
from services.leads.application.finding import candidates
from services.leads.application.identities import match_keys
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.domain.look_up import By, Sighting, sighting
from services.leads.storage.look_ups import LOOK_UPS
from services.leads.storage.stock import known_leads
from trade.duplicates import Fingerprint, Identity, fingerprint, score
from trade.duplicates.meaning import is_meant
from trade.look_up import LookUpCapReached, LookUpUnclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What may be told, what the team is called, and for how many more the caller may ask today."""

    sighting: Sighting
    team: str
    remaining: int


async def look_up_lead(work: UnitOfWork, *, by: By, value: str, desk: IntakeDesk) -> Answer:
    """Whoever takes leads in learns of any customer whether he is one already, and whom to ask.

    Each customer asked for is counted once a day, refused beyond the day's cap, and stands in the audit as a digest.
    Raises LookUpUnclear and LookUpCapReached.
    """
    briefing = await desk.brief(work)
    prints = fingerprint(_identity(by, value), briefing.rules.duplicates)
    keys = match_keys(prints, briefing.rules.duplicates) - briefing.rules.common_keys
    if not keys:
        raise LookUpUnclear(field=by.value)
    asked = digest(" ".join(sorted(keys)))
    remaining = await _count(work, briefing, asked)
    seen = await _seen(work, briefing, prints, keys)
    work.note(action="look up", resource="leads/-", details={"by": by.value, "digest": asked, "exists": seen.exists})
    team = briefing.organization.teams.get(seen.team) if seen.team else None
    return Answer(sighting=seen, team=team.display_name if team else "", remaining=remaining)


async def _count(work: UnitOfWork, briefing: Briefing, asked: str) -> int:
    """For how many more the caller may ask; the same customer, however he is typed, is counted once a day."""
    most = briefing.rules.look_up.daily
    if not await LOOK_UPS.ask_first(work, day=briefing.today, digest=asked):
        return max(0, most - await LOOK_UPS.asked(work, day=briefing.today))
    counted = await LOOK_UPS.count(work, day=briefing.today, most=most)
    if counted is None:
        raise LookUpCapReached(most=most)
    return most - counted


async def _seen(work: UnitOfWork, briefing: Briefing, prints: Fingerprint, keys: frozenset[str]) -> Sighting:
    rules = briefing.rules.duplicates
    known = await candidates(work, keys, rules)
    same = {each.lead for each in known if is_meant(score(prints, each.prints, rules))}
    return sighting((await known_leads(work, same)).values())


def _identity(by: By, value: str) -> Identity:
    if by is By.COMPANY_NAME:
        return Identity(company_name=value)
    if by is By.CREDIT_CODE:
        return Identity(credit_code=value)
    return Identity(phones=(value,)) if by is By.PHONE else Identity(emails=(value,))
