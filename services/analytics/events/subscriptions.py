"""What analytics listens to, and where each kind of event goes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from typing import TypeVar

from chassis.consumer import Event, Subscription
from services.analytics.application.projecting import fold, project
from services.analytics.domain.facts import Fact
from services.analytics.events import on_contract, on_pipeline
from services.analytics.events.on_lead import lead_told
from services.analytics.events.on_member import member_told
from services.analytics.events.reading import identity
from services.analytics.storage import projections
from services.analytics.storage.projections import Connection, Projection, known

F = TypeVar("F", bound=Fact)
Projector = Callable[[Connection, Sequence[Event]], Awaitable[None]]
Put = Callable[..., Awaitable[None]]
# Many events meet in few cells, and nobody waits for a figure as for the answer to a write.
_GATHER_SECONDS = 0.1


def subscriptions(zone: tzinfo, *, summing: bool = True) -> tuple[Subscription, ...]:
    """One consumer a stream; days are told in the house's time zone; not `summing`, nothing is added to the figures."""
    put = partial(project, zone=zone, summing=summing)
    leads = {"lead": _facts(projections.LEADS, lead_told, zone, put)}
    pipeline = {
        "account": _accounts(zone, put),
        "registration": _facts(projections.REGISTRATIONS, on_pipeline.registration_told, zone, put),
        "opportunity": _opportunities(zone, put),
    }
    contracts = {
        "quote": _facts(projections.QUOTES, on_contract.quote_told, zone, put),
        "contract": _facts(projections.CONTRACTS, on_contract.contract_told, zone, put),
        "instalment": _facts(projections.INSTALMENTS, on_contract.instalment_told, zone, put),
        "receipt": _facts(projections.RECEIPTS, on_contract.receipt_told, zone, put),
    }
    directory = {"member": _facts(projections.MEMBERS, member_told, zone, put)}
    return (
        _following("leads", leads),
        _following("pipeline", pipeline),
        _following("contracts", contracts),
        _following("directory", directory),
    )


def _following(stream: str, projectors: Mapping[str, Projector]) -> Subscription:
    async def apply(connection: Connection, events: Sequence[Event]) -> None:
        by_noun: dict[str, list[Event]] = {}
        for event in events:
            by_noun.setdefault(event.subject.split(".")[3], []).append(event)
        for noun, some in by_noun.items():
            await projectors[noun](connection, some)

    return Subscription(
        name=f"analytics-{stream}",
        stream=stream,
        subjects=tuple(f"millrace.{stream}.v1.{noun}.>" for noun in projectors),
        apply=apply,
        gather=_GATHER_SECONDS,
    )


def _facts(
    projection: Projection[F], told: Callable[[F | None, Event, tzinfo], F], zone: tzinfo, put: Put
) -> Projector:
    async def apply(connection: Connection, events: Sequence[Event]) -> None:
        facts = await known(connection, projection, {identity(event) for event in events})
        folded = fold(facts, events, of=identity, after=lambda before, event: told(before, event, zone))
        await put(connection, projection, folded)

    return apply


def _accounts(zone: tzinfo, put: Put) -> Projector:
    async def apply(connection: Connection, events: Sequence[Event]) -> None:
        facts = await known(connection, projections.ACCOUNTS, {identity(event) for event in events})
        accounts, holdings = on_pipeline.fold_accounts(facts, events, zone)
        await put(connection, projections.ACCOUNTS, accounts)
        await put(connection, projections.HOLDINGS, holdings)

    return apply


def _opportunities(zone: tzinfo, put: Put) -> Projector:
    async def apply(connection: Connection, events: Sequence[Event]) -> None:
        facts = await known(connection, projections.OPPORTUNITIES, {identity(event) for event in events})
        opportunities, visits = on_pipeline.fold_opportunities(facts, events, zone)
        await put(connection, projections.OPPORTUNITIES, opportunities)
        await put(connection, projections.STAGE_VISITS, visits)

    return apply
