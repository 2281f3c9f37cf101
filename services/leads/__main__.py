"""The leads service, from top to bottom: `python -m services.leads serve|work|both|migrate|verify-audit`.

And `redrive`.
"""

import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.callers import Callers
from chassis.consumer import Subscription
from chassis.imports.storage import forget_files
from chassis.jobs import JobKind, Sweep
from chassis.learning import Learner
from chassis.learning.publications import learning_publications
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from chassis.principal import Scope, service_principal
from chassis.rounds import Rounds
from chassis.settings import Environment
from chassis.work import Read, UnitOfWork
from services.leads.application import (
    assigning,
    recoding,
    recycling,
    regrading,
    rekeying,
    resembling,
    responding,
)
from services.leads.application.intake import IntakeDesk
from services.leads.application.rounds import RoundPlan, carry_on
from services.leads.application.rulebook import Rulebook
from services.leads.application.scanning import BESIDE_REQUESTS, SCAN_STOCK, scan_on
from services.leads.application.scoring import AT_ONCE, SCORE_STOCK, Scoring
from services.leads.events.collaborator_publications import COLLABORATORS
from services.leads.events.lead_import_publications import LEAD_IMPORT_PUBLICATIONS
from services.leads.events.learning import curriculum
from services.leads.events.nurturing_publications import NURTURING
from services.leads.events.on_opportunities import opportunities_subscription
from services.leads.events.pool_publications import POOLS, RECYCLINGS
from services.leads.events.publications import LEADS
from services.leads.events.qualification_publications import QUALIFICATIONS
from services.leads.events.response_publications import FOLLOW_UPS, RESPONSES
from services.leads.events.settings_publications import SETTINGS
from services.leads.events.view_publications import VIEWS
from services.leads.events.withdrawal_publications import WITHDRAWALS
from services.leads.rpc.account_wiring import comparing
from services.leads.rpc.bulk_worker import bulk_worker
from services.leads.rpc.company_wiring import company_sweeps, register_path
from services.leads.rpc.conversion_job import converting
from services.leads.rpc.import_undo_servicer import import_undo_days
from services.leads.rpc.import_undo_wiring import undoing_imports
from services.leads.rpc.lead_import_wiring import find_principal, lead_import_worker
from services.leads.rpc.merge_servicer import undo_days
from services.leads.rpc.nurturing_wiring import (
    nurturing_deliveries,
    nurturing_settings,
    nurturing_sweeps,
)
from services.leads.rpc.scan_servicer import scan_pause
from services.leads.rpc.wiring import every_servicer
from services.leads.storage.first_contacts import forget_first_contacts
from services.leads.storage.intent_history import Place
from services.leads.storage.intents import INTENT_MODELS
from services.leads.storage.ledger import fold_loads
from services.leads.storage.look_ups import LOOK_UPS
from services.leads.storage.metadata import METADATA, ORGANIZATION, REVOKED_SESSIONS
from trade.names import pinyin_key

HERE = Path(__file__).parent
ACCOUNT = service_principal("leads", {"leads.write": Scope.ALL})
CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)


def own_settings(env: Environment) -> None:
    """Look at the settings that are leads' own, so that a mistake is told at the start."""
    undo_days(env)
    import_undo_days(env)
    register_path(env)
    scan_pause(env)
    nurturing_settings(env)


def desk(parts: Parts) -> IntakeDesk:
    """Where leads are taken in."""
    made: IntakeDesk = parts.once(
        "desk",
        lambda: IntakeDesk(
            rulebook=Rulebook(),
            organization=CALLERS.organization(parts),
            zone=parts.settings.time_zone,
            checks_companies=register_path(Environment(parts.settings.other)) is not None,
        ),
    )
    return made


async def warm(parts: Parts) -> None:
    """Read the organization and the dictionaries before the first call: a caller must not wait for them."""
    pinyin_key("渠成")
    await CALLERS.warm(parts)


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    return every_servicer(parts, desk(parts), CALLERS.organization(parts))


def rounds(parts: Parts, plan: RoundPlan) -> Sweep:
    """A round over the stock of leads, carried on by the service itself."""
    return _round(parts, plan.name, lambda work: carry_on(work, plan=plan, desk=desk(parts)))


def scoring(parts: Parts) -> Sequence[Sweep]:
    """What gives leads their purchase intent: those that changed at once, all others after a new model and each day."""
    made = Scoring(desk(parts))

    async def score_due(connection: AsyncConnection, now: datetime) -> int:
        return await made.score_due(Read(connection, now, ACCOUNT))

    return (
        Sweep("score leads", timedelta(seconds=2), score_due, batch=AT_ONCE),
        _round(parts, SCORE_STOCK, made.go_on),
    )


def scanning(parts: Parts) -> Sweep:
    """What carries scans for duplicates on, and begins one when it is due."""
    every = scan_pause(Environment(parts.settings.other))
    step = partial(scan_on, desk=desk(parts), every=every)
    carried = Rounds(SCAN_STOCK, step, store=parts.background_store, principal=ACCOUNT, spell=0)
    return Sweep(SCAN_STOCK, timedelta(seconds=10), carried.sweep, batch=1, share=BESIDE_REQUESTS)


def learner(parts: Parts) -> Learner[Place]:
    """Who learns purchase intents."""
    taught = curriculum(desk(parts).rulebook)
    return Learner(parts.background_store, taught, clock=parts.clock, principal=ACCOUNT)


def _round(
    parts: Parts, name: str, step: Callable[[UnitOfWork], Awaitable[int]], *, batch: int = sys.maxsize, lanes: int = 1
) -> Sweep:
    carried = Rounds(name, step, store=parts.background_store, principal=ACCOUNT, lanes=lanes)
    return Sweep(name, timedelta(seconds=10), carried.sweep, batch=batch)


def jobs(parts: Parts) -> Sequence[JobKind]:
    """What leads do after a commit: ask pipeline to take a lead over."""
    return (converting(parts, desk(parts), CALLERS.organization(parts)),)


def sweeps(parts: Parts) -> Sequence[Sweep]:
    """What leads do from time to time; what falls back at one midnight is gone through without a pause."""
    recycle = partial(recycling.recycle_due, desk=desk(parts))
    return (
        rounds(parts, regrading.EVERY_DAY),
        rounds(parts, regrading.BY_NEW_RULES),
        rounds(parts, rekeying.BY_NEW_RULES),
        rounds(parts, recoding.BY_NEW_WORDS),
        rounds(parts, assigning.UNOWNED),
        rounds(parts, responding.BY_NEW_TERMS),
        _round(parts, responding.RUN_CLOCKS, lambda work: responding.run_clocks(work, desk=desk(parts))),
        rounds(parts, recycling.OF_BEFORE),
        rounds(parts, recycling.BY_NEW_LIMITS),
        _round(parts, recycling.RECYCLE, recycle, batch=recycling.AT_ONCE, lanes=2),
        *scoring(parts),
        scanning(parts),
        comparing(parts, ACCOUNT),
        undoing_imports(parts, desk(parts), ACCOUNT),
        _round(parts, resembling.COMPARE_STOCK, lambda work: resembling.compare_stock(work, desk=desk(parts))),
        *company_sweeps(parts, desk(parts), ACCOUNT),
        *nurturing_sweeps(parts, desk(parts), ACCOUNT),
        Sweep("fold loads", timedelta(seconds=10), fold_loads),
        Sweep("forget look-ups", timedelta(hours=6), LOOK_UPS.forget),
        Sweep("forget first contacts", timedelta(seconds=30), forget_first_contacts),
        Sweep("forget import files", timedelta(hours=1), forget_files),
    )


def subscriptions(parts: Parts) -> Sequence[Subscription]:
    """What leads follow: the organization, ended sessions, and which opportunities are won."""
    return (*CALLERS.subscriptions(parts), opportunities_subscription())


def background(parts: Parts) -> Sequence[Coroutine[Any, Any, None]]:
    """What leads do all the time: carry imports and bulk changes out, learn from what became of leads, send mails."""
    callers = (CALLERS.organization(parts), CALLERS.revocations(parts))
    importing = lead_import_worker(parts, desk(parts), *callers)
    changing = bulk_worker(parts, desk(parts), find_principal(*callers), account=ACCOUNT)
    deliveries = nurturing_deliveries(parts, desk(parts), ACCOUNT)
    return (importing.run(), changing.run(), learner(parts).run(), *deliveries)


DEFINITION = ServiceDefinition(
    name="leads",
    tables=METADATA,
    migrations=HERE / "storage" / "migrations",
    messages=HERE / "messages",
    publications={
        **LEADS,
        **QUALIFICATIONS,
        **RESPONSES,
        **RECYCLINGS,
        **POOLS,
        **FOLLOW_UPS,
        **NURTURING,
        **COLLABORATORS,
        **SETTINGS,
        **VIEWS,
        **LEAD_IMPORT_PUBLICATIONS,
        **WITHDRAWALS,
        **learning_publications("leads", kind=INTENT_MODELS.record.kind),
    },
    servicers=servicers,
    settings=own_settings,
    identify=CALLERS.identify,
    credentials=CALLERS.credentials,
    subscriptions=subscriptions,
    jobs=jobs,
    sweeps=sweeps,
    background=background,
    warm=warm,
)


def main() -> None:
    """Run one command."""
    run(DEFINITION)


if __name__ == "__main__":
    main()
