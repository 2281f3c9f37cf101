"""Looking customers up without seeing them (查重查询)."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.masking import digest
from chassis.work import UnitOfWork
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.application.rule_kinds import LOOK_UP
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_look_up import By, Guarded, Sighting, sighting
from services.pipeline.domain.customer_keys import account_key, customer_keys, protecting
from services.pipeline.domain.registration_facts import ContactMeans, Customer, RegistrationFacts
from services.pipeline.domain.resemblance import Sought, resemblances, sought
from services.pipeline.storage.account_finding import find_known
from services.pipeline.storage.look_ups import LOOK_UPS
from services.pipeline.storage.protections import protected_keys
from trade.duplicates import Identity
from trade.look_up import LookUpCapReached, LookUpUnclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What may be told, what the team is called, and how often the caller may ask today still."""

    sighting: Sighting
    team: str
    remaining: int


async def look_up_account(work: UnitOfWork, *, by: By, value: str, desk: RegistrationDesk) -> Answer:
    """Whoever may read accounts learns of any customer that it is known, until when protected, and whom to ask.

    Each asking is counted, refused beyond the day's cap, and stands in the audit with a digest of what was asked.
    Raises LookUpUnclear, LookUpCapReached.
    """
    wanted = sought(identity_asked(by, value))
    if not wanted.keys:
        raise LookUpUnclear
    most = (await desk.rulebook.current(work, LOOK_UP)).rules.daily
    asked = await LOOK_UPS.count(work, day=desk.day(work.now), most=most)
    if asked is None:
        raise LookUpCapReached(most=most)
    same = [each.account for each in resemblances(wanted, await find_known(work, wanted)) if each.is_meant]
    seen = sighting(same, await _guards(work, by, value, same))
    told = {"by": by.value, "digest": digest(_canonical(by, value, wanted)), "exists": seen.exists}
    work.note(action="look up", resource="accounts/-", details=told)
    team = desk.team_name(await desk.organization.current(), seen.team)
    return Answer(sighting=seen, team=team, remaining=most - asked)


async def count_question(work: UnitOfWork, *, about: Collection[str], resource: str, desk: RegistrationDesk) -> None:
    """What else tells whether a customer is known counts as a look-up: once a day for what tells of him.

    `about` are the keys that were compared, `resource` what they stand in. Raises LookUpCapReached.
    """
    day, asked = desk.day(work.now), digest(" ".join(sorted(about)))
    if not await LOOK_UPS.ask_first(work, day=day, digest=asked):
        return
    most = (await desk.rulebook.current(work, LOOK_UP)).rules.daily
    if await LOOK_UPS.count(work, day=day, most=most) is None:
        raise LookUpCapReached(most=most)
    work.note(action="look up", resource=resource, details={"digest": asked})


async def _guards(work: UnitOfWork, by: By, value: str, same: list[Account]) -> list[Guarded]:
    keys = protecting(asked_keys(by, value)) | {account_key(account.uuid) for account in same}
    return [Guarded(team=each.team, end_time=each.end_time) for each in await protected_keys(work, keys)]


def asked_keys(by: By, value: str) -> frozenset[str]:
    """Every key of a customer that what he was asked for by tells."""
    customer = Customer(
        company_name=value if by is By.COMPANY_NAME else "", credit_code=value if by is By.CREDIT_CODE else ""
    )
    phone = value if by is By.PHONE else ""
    return customer_keys(RegistrationFacts(customer=customer, contact=ContactMeans(phone=phone)))


def identity_asked(by: By, value: str) -> Identity:
    """The customer as he was asked for."""
    if by is By.COMPANY_NAME:
        return Identity(company_name=value)
    return Identity(phones=(value,)) if by is By.PHONE else Identity(credit_code=value)


def _canonical(by: By, value: str, wanted: Sought) -> str:
    """The same customer asked for twice has the same digest, however it was typed."""
    return wanted.phones[0] if by is By.PHONE else wanted.prints.company.core if by is By.COMPANY_NAME else value
