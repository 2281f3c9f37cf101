"""The pipeline service, from top to bottom: `python -m services.pipeline serve|work|both|migrate|verify-audit`.

And `rebuild` and `redrive`.
"""

from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.pipeline.v1 import (
    account_collaborator_service_pb2,
    account_service_pb2,
    account_tier_service_pb2,
    approval_service_pb2,
    buying_habit_service_pb2,
    care_record_service_pb2,
    collision_case_service_pb2,
    contact_service_pb2,
    customer_privacy_service_pb2,
    lead_conversion_service_pb2,
    lead_history_service_pb2,
    occasion_service_pb2,
    registration_service_pb2,
    rule_set_service_pb2,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals.publications import approval_publications
from chassis.approvals.servicer import ApprovalServicer
from chassis.callers import Callers, page_key
from chassis.consumer import Subscription
from chassis.files import Vault, sweep_files
from chassis.jobs import Sweep
from chassis.learning import Learner
from chassis.learning.publications import learning_publications
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from chassis.principal import service_principal
from chassis.rebuilding import Rebuilding
from chassis.rounds import Rounds
from chassis.rule_sets import Rulebook
from chassis.rule_sets.publications import rule_set_publications
from chassis.rule_sets.servicer import RuleSetServicer
from chassis.work import Read
from services.pipeline.application import account_profiling, collision_deciding
from services.pipeline.application.account_profiling import ProfileDesk, ProfileSweep
from services.pipeline.application.approval_kinds import approval_kinds
from services.pipeline.application.care_records import CareDesk
from services.pipeline.application.collision_deciding import CollisionSweep
from services.pipeline.application.opportunities import OpportunityDesk
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.application.registration_protection import BATCH, ProtectionSweep
from services.pipeline.application.rule_kinds import RULE_SETS
from services.pipeline.application.win_chances import AT_ONCE, SCORE_STOCK, Scoring
from services.pipeline.events.account_pool_publications import ACCOUNT_POOLS
from services.pipeline.events.account_publications import ACCOUNTS, CONTACTS
from services.pipeline.events.care_publications import CARE_RECORDS, OCCASIONS
from services.pipeline.events.collaborator_publications import COLLABORATORS
from services.pipeline.events.collision_publications import COLLISION_CASES
from services.pipeline.events.on_contracts import contracts_subscription
from services.pipeline.events.on_leads import leads_subscription
from services.pipeline.events.on_orders import orders_rebuilding, orders_subscription
from services.pipeline.events.opportunity_publications import OPPORTUNITIES
from services.pipeline.events.registration_publications import REGISTRATIONS
from services.pipeline.events.win_learning import CURRICULUM
from services.pipeline.events.win_steps import remember
from services.pipeline.rpc.account_collaborator_servicer import AccountCollaboratorServicer
from services.pipeline.rpc.account_pool_wiring import pool_servicers, recycling_desk, recycling_sweeps
from services.pipeline.rpc.account_servicer import AccountServicer
from services.pipeline.rpc.account_tier_servicer import AccountTierServicer
from services.pipeline.rpc.account_wiring import account_finding_servicers, resembling, resembling_servicers
from services.pipeline.rpc.buying_habit_servicer import BuyingHabitServicer
from services.pipeline.rpc.care_record_servicer import CareRecordServicer
from services.pipeline.rpc.collision_case_servicer import CollisionCaseServicer
from services.pipeline.rpc.contact_servicer import ContactServicer
from services.pipeline.rpc.lead_conversion_servicer import LeadConversionServicer
from services.pipeline.rpc.lead_history_servicer import LeadHistoryServicer
from services.pipeline.rpc.occasion_servicer import OccasionServicer
from services.pipeline.rpc.opportunity_wiring import opportunity_servicers
from services.pipeline.rpc.privacy_servicer import CustomerPrivacyServicer
from services.pipeline.rpc.registration_servicer import RegistrationServicer
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.look_ups import LOOK_UPS
from services.pipeline.storage.metadata import FILES, METADATA, ORGANIZATION, REVOKED_SESSIONS
from services.pipeline.storage.opportunities import fold_board
from services.pipeline.storage.win_chances import WIN_MODELS
from services.pipeline.storage.win_history import Place
from trade.names import pinyin_key

HERE = Path(__file__).parent
ACCOUNT = service_principal("pipeline", {})
CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)


def rulebook(parts: Parts) -> Rulebook:
    """The rules in force."""
    made: Rulebook = parts.once("rulebook", lambda: Rulebook(RULE_SETS))
    return made


def registration_desk(parts: Parts) -> RegistrationDesk:
    """Where registrations are taken in and judged."""
    return RegistrationDesk(
        rulebook=rulebook(parts), organization=CALLERS.organization(parts), zone=parts.settings.time_zone
    )


def opportunity_desk(parts: Parts) -> OpportunityDesk:
    """Where opportunities are worked."""
    return OpportunityDesk(
        rulebook=rulebook(parts), organization=CALLERS.organization(parts), zone=parts.settings.time_zone
    )


def profile_desk(parts: Parts) -> ProfileDesk:
    """Where profiles of accounts are made."""
    return ProfileDesk(
        rulebook=rulebook(parts),
        zone=parts.settings.time_zone,
        recycling=recycling_desk(parts, rulebook(parts), CALLERS.organization(parts)),
    )


def care_desk(parts: Parts) -> CareDesk:
    """Where the gift log is kept."""
    return CareDesk(rulebook=rulebook(parts), zone=parts.settings.time_zone)


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, texts, pages = parts.store, parts.texts, page_key(parts)
    return {
        _service(account_service_pb2, "AccountService"): AccountServicer(
            store, CALLERS.organization(parts), profile_desk(parts), texts, page_key=pages
        ),
        _service(account_collaborator_service_pb2, "AccountCollaboratorService"): AccountCollaboratorServicer(
            store, CALLERS.organization(parts), zone=parts.settings.time_zone, page_key=pages
        ),
        **account_finding_servicers(parts, registration_desk(parts)),
        **resembling_servicers(parts, rulebook(parts), page_key=pages),
        _service(account_tier_service_pb2, "AccountTierService"): AccountTierServicer(store, texts),
        _service(buying_habit_service_pb2, "BuyingHabitService"): BuyingHabitServicer(
            store, rulebook(parts), texts, zone=parts.settings.time_zone
        ),
        _service(care_record_service_pb2, "CareRecordService"): CareRecordServicer(
            store, care_desk(parts), page_key=pages
        ),
        _service(collision_case_service_pb2, "CollisionCaseService"): CollisionCaseServicer(
            store, registration_desk(parts), texts, page_key=pages
        ),
        _service(contact_service_pb2, "ContactService"): ContactServicer(
            store, zone=parts.settings.time_zone, page_key=pages
        ),
        _service(customer_privacy_service_pb2, "CustomerPrivacyService"): CustomerPrivacyServicer(store, texts),
        _service(lead_conversion_service_pb2, "LeadConversionService"): LeadConversionServicer(
            store, registration_desk(parts)
        ),
        _service(lead_history_service_pb2, "LeadHistoryService"): LeadHistoryServicer(store),
        _service(approval_service_pb2, "ApprovalService"): ApprovalServicer(
            store,
            APPROVALS,
            approval_kinds(registration_desk(parts)),
            organization=CALLERS.organization(parts),
            texts=texts,
            page_key=pages,
        ),
        _service(occasion_service_pb2, "OccasionService"): OccasionServicer(
            store, zone=parts.settings.time_zone, page_key=pages
        ),
        _service(registration_service_pb2, "RegistrationService"): RegistrationServicer(
            store, registration_desk(parts), texts, page_key=pages
        ),
        _service(rule_set_service_pb2, "RuleSetService"): RuleSetServicer(store, RULE_SETS),
        **pool_servicers(parts, profile_desk(parts).recycling, page_key=pages),
        **opportunity_servicers(parts, opportunity_desk(parts), vault(parts), page_key=pages),
    }


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found


def vault(parts: Parts) -> Vault:
    """Where the bytes of files lie."""
    made: Vault = parts.once("vault", lambda: Vault.of(parts.settings))
    return made


async def warm(parts: Parts) -> None:
    """Read the organization and the dictionaries before the first call: a caller must not wait for them."""
    pinyin_key("渠成")
    await CALLERS.warm(parts)


def subscriptions(parts: Parts) -> Sequence[Subscription]:
    """What pipeline follows: the organization, persons erased from leads, what becomes of quotes and contracts."""
    return (
        *CALLERS.subscriptions(parts),
        leads_subscription(parts),
        contracts_subscription(parts, rulebook(parts)),
        orders_subscription(),
    )


def rebuilding(_parts: Parts) -> Rebuilding:
    """What customers ordered can be told anew by contracts."""
    return orders_rebuilding()


def sweeps(parts: Parts) -> Sequence[Sweep]:
    """What pipeline does from time to time."""
    protections = ProtectionSweep(store=parts.background_store, principal=ACCOUNT)
    collisions = CollisionSweep(store=parts.background_store, principal=ACCOUNT, desk=registration_desk(parts))
    profiles = ProfileSweep(store=parts.background_store, principal=ACCOUNT, desk=profile_desk(parts))
    return (
        Sweep("sweep files", timedelta(hours=1), sweep_files(vault(parts), FILES)),
        Sweep("forget look-ups", timedelta(hours=6), LOOK_UPS.forget),
        Sweep("fold board", timedelta(seconds=10), fold_board),
        Sweep("expire registrations", timedelta(seconds=30), protections.sweep, batch=BATCH),
        Sweep("close collision cases", timedelta(seconds=30), collisions.sweep, batch=collision_deciding.BATCH),
        *scoring(parts),
        resembling(parts, rulebook(parts), ACCOUNT),
        Sweep("profile accounts", timedelta(seconds=5), profiles.sweep, batch=account_profiling.BATCH),
        *recycling_sweeps(parts, profile_desk(parts).recycling, principal=ACCOUNT),
    )


def scoring(parts: Parts) -> Sequence[Sweep]:
    """What gives opportunities their chance to win: those that changed at once, all others by each model and day."""
    made = Scoring(remember, zone=parts.settings.time_zone)

    async def score_due(connection: AsyncConnection, now: datetime) -> int:
        return await made.score_due(Read(connection, now, ACCOUNT))

    walking = Rounds(SCORE_STOCK, made.go_on, store=parts.background_store, principal=ACCOUNT)
    return (
        Sweep("score opportunities", timedelta(seconds=2), score_due, batch=AT_ONCE),
        Sweep(SCORE_STOCK, timedelta(seconds=10), walking.sweep),
    )


def learner(parts: Parts) -> Learner[Place]:
    """Who learns chances to win."""
    return Learner(parts.background_store, CURRICULUM, clock=parts.clock, principal=ACCOUNT)


def background(parts: Parts) -> Sequence[Coroutine[Any, Any, None]]:
    """What pipeline does all the time: learn from what became of opportunities."""
    return (learner(parts).run(),)


DEFINITION = ServiceDefinition(
    name="pipeline",
    tables=METADATA,
    migrations=HERE / "storage" / "migrations",
    messages=HERE / "messages",
    publications={
        **ACCOUNTS,
        **ACCOUNT_POOLS,
        **CONTACTS,
        **approval_publications("pipeline", collection=APPROVALS.collection),
        **CARE_RECORDS,
        **COLLABORATORS,
        **COLLISION_CASES,
        **OCCASIONS,
        **OPPORTUNITIES,
        **REGISTRATIONS,
        **rule_set_publications("pipeline", collection=RULE_SETS.collection),
        **learning_publications("pipeline", kind=WIN_MODELS.record.kind),
    },
    servicers=servicers,
    identify=CALLERS.identify,
    credentials=CALLERS.credentials,
    subscriptions=subscriptions,
    sweeps=sweeps,
    background=background,
    rebuilding=rebuilding,
    warm=warm,
)


def main() -> None:
    """Run one command."""
    run(DEFINITION)


if __name__ == "__main__":
    main()
