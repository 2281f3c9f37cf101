"""How the parts that draft, print and sign contracts are put together."""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from chassis.callers import Callers
from chassis.files import Vault
from chassis.jobs import JobKind, Sweep, carry_out
from chassis.parts import Parts
from chassis.principal import Principal, Scope, service_principal
from chassis.rule_sets import Rulebook
from services.contracts.application import contract_life, receipt_returns
from services.contracts.application.contract_desk import Buyers, ContractDesk
from services.contracts.application.contract_papers import PaperRoom, Sealing
from services.contracts.application.contract_signing import SEAL_CONTRACT
from services.contracts.application.negotiation import BEGIN_CONTRACT, Beginning
from services.contracts.application.offers import QuoteOffers
from services.contracts.application.payment_plan import plan_payments
from services.contracts.application.rule_kinds import RULE_SETS
from services.contracts.documents.printing import Press
from services.contracts.documents.seals import Stationery
from services.contracts.rpc.account_names import AccountNames, NoNames
from services.contracts.storage.metadata import ORGANIZATION, REVOKED_SESSIONS

T = TypeVar("T")
CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)
# Longer than drafting, and than printing and sealing, take; whoever was killed is followed by another after it.
_DRAFTING, _SEALING = timedelta(seconds=30), timedelta(minutes=2)
# What is away, a neighbour or the database, is mostly back in a moment, and somebody waits for the paper.
_SOON = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 10, 30, 60, 300, 1800, 7200, 18000, 36000, 86400))


def rulebook(parts: Parts) -> Rulebook:
    """The rules in force."""
    return _once(parts, "rulebook", lambda: Rulebook(RULE_SETS))


def vault(parts: Parts) -> Vault:
    """Where the bytes of files lie."""
    return _once(parts, "vault", lambda: Vault.of(parts.settings))


def stationery(parts: Parts) -> Stationery:
    """Who the company is on its papers, and its seal."""
    return _once(parts, "stationery", lambda: Stationery.read(parts.settings.other))


def paper_room(parts: Parts) -> PaperRoom:
    """Where papers are printed, sealed and put away."""
    return _once(parts, "paper room", lambda: PaperRoom(press=Press(stationery(parts)), vault=vault(parts)))


def contract_desk(parts: Parts) -> ContractDesk:
    """Where contracts are written."""
    paper = stationery(parts)

    def make() -> ContractDesk:
        return ContractDesk(
            offers=parts.once("offers", QuoteOffers),
            buyers=buyers(parts),
            plan=partial(plan_payments, rulebook=rulebook(parts), zone=parts.settings.time_zone),
            rulebook=rulebook(parts),
            company=paper.company,
            has_seal=paper.has_seal,
            zone=parts.settings.time_zone,
            secret=hmac.new(parts.settings.secret.encode(), b"millrace contracts signatures", "sha256").digest(),
        )

    return _once(parts, "contract desk", make)


def buyers(parts: Parts) -> Buyers:
    """Who tells the names of customers."""
    if "pipeline" not in parts.settings.addresses:
        return NoNames()
    credentials = CALLERS.credentials(parts)
    return _once(parts, "account names", lambda: AccountNames(parts.channel("pipeline"), credentials))


def beginning(parts: Parts) -> JobKind:
    """The job that drafts the contract of a negotiation."""
    carried = Beginning(store=parts.background_store, desk=contract_desk(parts), principal=_account())
    return JobKind(BEGIN_CONTRACT, carried.run, lease=_DRAFTING, retries=_SOON)


def sealing(parts: Parts) -> JobKind:
    """The job that seals signed contracts."""
    carried = Sealing(
        store=parts.background_store,
        desk=contract_desk(parts),
        room=paper_room(parts),
        principal=_account(),
    )
    return JobKind(SEAL_CONTRACT, carried.run, lease=_SEALING, retries=_SOON)


def contract_sweeps(parts: Parts) -> Sequence[Sweep]:
    """What becomes of contracts by the calendar."""
    store, desk, account = parts.background_store, contract_desk(parts), _account()

    async def by_the_day(_connection: object, _now: datetime) -> int:
        return await carry_out(
            store, account, action="by_the_day", use_case=lambda work: contract_life.by_calendar(work, desk)
        )

    return (Sweep("contracts by the day", timedelta(minutes=10), by_the_day, batch=contract_life.MOST_AT_ONCE),)


def receipt_sweeps(parts: Parts) -> Sequence[Sweep]:
    """What becomes of receipts by the calendar."""
    store, account, zone = parts.background_store, _account(), parts.settings.time_zone

    async def bills(_connection: object, _now: datetime) -> int:
        return await carry_out(
            store, account, action="mature_bills", use_case=lambda work: receipt_returns.mature_bills(work, zone=zone)
        )

    return (Sweep("mature bills", timedelta(minutes=10), bills, batch=receipt_returns.MOST_AT_ONCE),)


def _account() -> Principal:
    return service_principal("contracts", {"contracts.write": Scope.ALL})


def _once(parts: Parts, name: str, make: Callable[[], T]) -> T:
    made: T = parts.once(name, make)
    return made
