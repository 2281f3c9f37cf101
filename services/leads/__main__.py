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
from millrace.leads.v1 import (
    campaign_service_pb2,
    channel_service_pb2,
    lead_assignment_service_pb2,
    lead_behaviour_service_pb2,
    lead_collaborator_service_pb2,
    lead_conversion_service_pb2,
    lead_duplicate_scan_service_pb2,
    lead_duplicate_service_pb2,
    lead_follow_up_service_pb2,
    lead_form_service_pb2,
    lead_import_service_pb2,
    lead_intent_service_pb2,
    lead_look_up_service_pb2,
    lead_merge_service_pb2,
    lead_privacy_service_pb2,
    lead_response_service_pb2,
    lead_rule_set_service_pb2,
    lead_service_pb2,
    lead_touch_service_pb2,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.callers import Callers, derived_key, page_key
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
from services.leads.application.scanning import SCAN_STOCK, scan_on
from services.leads.application.scoring import AT_ONCE, SCORE_STOCK, Scoring
from services.leads.events.collaborator_publications import COLLABORATORS
from services.leads.events.lead_import_publications import LEAD_IMPORT_PUBLICATIONS
from services.leads.events.learning import curriculum
from services.leads.events.pool_publications import POOLS, RECYCLINGS
from services.leads.events.on_opportunities import opportunities_subscription
from services.leads.events.nurturing_publications import NURTURING
from services.leads.events.publications import LEADS
from services.leads.events.qualification_publications import QUALIFICATIONS
from services.leads.events.response_publications import FOLLOW_UPS, RESPONSES
from services.leads.events.settings_publications import SETTINGS
from services.leads.events.view_publications import VIEWS
from services.leads.events.withdrawal_publications import WITHDRAWALS
from services.leads.rpc.assignment_servicer import LeadAssignmentServicer
from services.leads.rpc.behaviour_servicer import LeadBehaviourServicer
from services.leads.rpc.bulk_worker import bulk_worker
from services.leads.rpc.campaign_servicer import CampaignServicer
from services.leads.rpc.channel_servicer import ChannelServicer
from services.leads.rpc.collaborator_servicer import LeadCollaboratorServicer
from services.leads.rpc.company_wiring import company_servicers, company_sweeps, register_path
from services.leads.rpc.conversion_job import converting
from services.leads.rpc.conversion_servicer import LeadConversionServicer
from services.leads.rpc.duplicate_servicer import LeadDuplicateServicer
from services.leads.rpc.explanation_wiring import explaining_servicers
from services.leads.rpc.follow_up_servicer import LeadFollowUpServicer
from services.leads.rpc.form_servicer import LeadFormServicer
from services.leads.rpc.import_undo_servicer import import_undo_days
from services.leads.rpc.import_undo_wiring import import_undo_servicers, undoing_imports
from services.leads.rpc.intent_servicer import LeadIntentServicer
from services.leads.rpc.lead_import_wiring import find_principal, lead_import_servicer, lead_import_worker
from services.leads.rpc.lead_servicer import LeadServicer
from services.leads.rpc.list_wiring import list_servicers
from services.leads.rpc.look_up_servicer import LeadLookUpServicer
from services.leads.rpc.merge_servicer import LeadMergeServicer, undo_days
from services.leads.rpc.pool_wiring import pool_servicers
from services.leads.rpc.nurturing_wiring import (
    nurturing_deliveries,
    nurturing_servicers,
    nurturing_settings,
    nurturing_sweeps,
)
from services.leads.rpc.privacy_servicer import LeadPrivacyServicer
from services.leads.rpc.response_servicer import LeadResponseServicer
from services.leads.rpc.rule_set_servicer import LeadRuleSetServicer
from services.leads.rpc.scan_servicer import LeadDuplicateScanServicer, scan_pause
from services.leads.rpc.touch_servicer import LeadTouchServicer
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
    store, texts, pages, intake = parts.store, parts.texts, page_key(parts), desk(parts)
    return {
        _service(lead_service_pb2, "LeadService"): LeadServicer(store, intake, texts, page_key=pages),
        _service(lead_assignment_service_pb2, "LeadAssignmentService"): LeadAssignmentServicer(
            store, intake, texts, page_key=pages
        ),
        **company_servicers(parts),
        **import_undo_servicers(parts, intake, page_key=pages),
        **explaining_servicers(parts, intake, CALLERS.organization(parts), page_key=pages),
        _service(lead_collaborator_service_pb2, "LeadCollaboratorService"): LeadCollaboratorServicer(
            store, CALLERS.organization(parts), zone=parts.settings.time_zone, page_key=pages
        ),
        _service(lead_duplicate_service_pb2, "LeadDuplicateService"): LeadDuplicateServicer(
            store, texts, page_key=pages
        ),
        _service(lead_merge_service_pb2, "LeadMergeService"): LeadMergeServicer(
            store, intake, texts, days=undo_days(Environment(parts.settings.other)), page_key=pages
        ),
        _service(lead_duplicate_scan_service_pb2, "LeadDuplicateScanService"): LeadDuplicateScanServicer(
            store, page_key=pages
        ),
        _service(lead_touch_service_pb2, "LeadTouchService"): LeadTouchServicer(store, texts, page_key=pages),
        _service(lead_behaviour_service_pb2, "LeadBehaviourService"): LeadBehaviourServicer(
            store,
            intake,
            page_key=pages,
            webhook_key=derived_key(parts, "webhooks"),
            visitor_key=derived_key(parts, "visitors"),
        ),
        _service(lead_intent_service_pb2, "LeadIntentService"): LeadIntentServicer(store, texts),
        _service(lead_conversion_service_pb2, "LeadConversionService"): LeadConversionServicer(store, intake, texts),
        _service(lead_look_up_service_pb2, "LeadLookUpService"): LeadLookUpServicer(store, intake),
        _service(lead_form_service_pb2, "LeadFormService"): LeadFormServicer(store, intake),
        _service(lead_privacy_service_pb2, "LeadPrivacyService"): LeadPrivacyServicer(store, intake, texts),
        _service(lead_follow_up_service_pb2, "LeadFollowUpService"): LeadFollowUpServicer(
            store, intake, page_key=pages
        ),
        _service(lead_response_service_pb2, "LeadResponseService"): LeadResponseServicer(store, intake, page_key=pages),
        _service(lead_import_service_pb2, "LeadImportService"): lead_import_servicer(parts, intake, page_key=pages),
        **pool_servicers(parts, intake, CALLERS.organization(parts), page_key=pages),
        **list_servicers(store, intake, texts, page_key=pages),
        **nurturing_servicers(parts, intake, page_key=pages),
        **settings_servicers(parts),
    }


def settings_servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Who serves what administrators keep: rules, channels and campaigns."""
    store, pages = parts.store, page_key(parts)
    return {
        _service(lead_rule_set_service_pb2, "LeadRuleSetService"): LeadRuleSetServicer(store),
        _service(channel_service_pb2, "ChannelService"): ChannelServicer(store, page_key=pages),
        _service(campaign_service_pb2, "CampaignService"): CampaignServicer(store, page_key=pages),
    }


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
    return _round(parts, SCAN_STOCK, lambda work: scan_on(work, desk=desk(parts), every=every))


def learner(parts: Parts) -> Learner[Place]:
    """Who learns purchase intents."""
    taught = curriculum(desk(parts).rulebook)
    return Learner(parts.background_store, taught, clock=parts.clock, principal=ACCOUNT)


def _round(parts: Parts, name: str, step: Callable[[UnitOfWork], Awaitable[int]], *, batch: int = sys.maxsize) -> Sweep:
    carried = Rounds(name, step, store=parts.background_store, principal=ACCOUNT)
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
        _round(parts, recycling.RECYCLE, recycle, batch=recycling.AT_ONCE),
        *scoring(parts),
        scanning(parts),
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


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found


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
