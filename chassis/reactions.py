"""Reactions: what a service does by itself because an event arrived, exactly once, with its own events and audit.

    async def on_contract_signed(work: UnitOfWork, event: Event) -> None: …

    subscription = reacting(
        parts,
        consumer="pipeline-contracts",
        stream="contracts",
        nouns=("contract", "quote"),
        reactions={ContractSigned: on_contract_signed},
    )

A reaction is a use case like any other: it loads, decides in the domain and saves. What it saves is written in the
transaction that moves the checkpoint, so a kill at any point leaves both or neither. It decides about what it finds
and never refuses: what it raises parks the event's aggregate as poison.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.consumer import Event, Subscription
from chassis.no_network import inside_transaction
from chassis.parts import Parts
from chassis.principal import Principal, Scope, service_principal
from chassis.publication import Publications
from chassis.work import UnitOfWork
from chassis.work.flush import LostRace
from kernel.errors import Overloaded
from kernel.time import Clock

Reaction = Callable[[UnitOfWork, Event], Awaitable[object]]
Reactions = Mapping[type[Message], Reaction]


def reacting(
    parts: Parts,
    *,
    consumer: str,
    stream: str,
    nouns: Sequence[str],
    reactions: Reactions,
    grants: Sequence[str] = (),
) -> Subscription:
    """A subscription that runs a use case for each event that has one.

    They run on the account of the service, with the permissions `grants` on every row.
    """
    service = parts.definition.name
    return reaction_subscription(
        reactions,
        name=consumer,
        stream=stream,
        subjects=tuple(f"millrace.{stream}.v1.{noun}.>" for noun in nouns),
        principal=service_principal(service, dict.fromkeys(grants, Scope.ALL)),
        publications=parts.definition.publications,
        clock=parts.clock,
        committed=parts.woken.set,
    )


def reaction_subscription(
    reactions: Reactions,
    *,
    name: str,
    stream: str,
    subjects: tuple[str, ...],
    principal: Principal,
    publications: Publications,
    clock: Clock,
    committed: Callable[[], None] = lambda: None,
) -> Subscription:
    """The same from its pieces; `committed` wakes the relay, as what a caller writes does."""
    by_type = {message.DESCRIPTOR.full_name: reaction for message, reaction in reactions.items()}

    async def apply(connection: AsyncConnection, events: Sequence[Event]) -> None:
        for event in events:
            reaction = by_type.get(event.type)
            if reaction is not None:
                work = UnitOfWork(
                    connection=connection,
                    now=clock.now(),
                    principal=principal,
                    publications=publications,
                    action=f"{name}/{event.type.rpartition('.')[2]}",
                    request_id=event.id,
                )
                await _react(work, reaction, event)

    return Subscription(name=name, stream=stream, subjects=subjects, apply=apply, applied=committed)


async def _react(work: UnitOfWork, reaction: Reaction, event: Event) -> None:
    """Each event sees what the one before it wrote, so each is flushed by itself."""
    try:
        with inside_transaction():
            await reaction(work, event)
            await work.flush()
    except LostRace as error:
        # A caller wrote the row between its reading and its writing: no fault of the event, the batch runs again.
        raise Overloaded from error
