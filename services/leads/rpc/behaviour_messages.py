"""Behaviour between messages and the domain."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_behaviour_service_pb2 as contract

from chassis.wire import instant_of, named, put_instant, reference, uuid_of
from services.leads.application.behaviours import ToldBehaviour
from services.leads.domain.behaviours import Behaviour, BehaviourKind

KINDS: Mapping[int, BehaviourKind] = {
    contract.LeadBehaviourKind.Value(f"LEAD_BEHAVIOUR_KIND_{kind.name}"): kind for kind in BehaviourKind
}
KIND_NUMBERS: Mapping[BehaviourKind, Any] = {kind: number for number, kind in KINDS.items()}


def told_of(message: contract.LeadBehaviour, *, path: str) -> ToldBehaviour:
    """What the message tells; raises InvalidField with the field's path."""
    return ToldBehaviour(
        lead=uuid_of(message.lead, field=f"{path}.lead"),
        kind=KINDS[message.kind],
        time=instant_of(message.time, field=f"{path}.time"),
        asset=message.asset,
        campaign=reference(message.campaign, field=f"{path}.campaign"),
        event_id=message.event_id,
    )


def to_message(behaviour: Behaviour) -> contract.LeadBehaviour:
    """The behaviour on the wire."""
    message = contract.LeadBehaviour(
        name=f"leads/{behaviour.lead}/behaviours/{behaviour.uuid}",
        lead=named("leads", behaviour.lead),
        kind=KIND_NUMBERS[behaviour.kind],
        asset=behaviour.asset,
        campaign=named("campaigns", behaviour.campaign),
        event_id=behaviour.event_id,
        sender=behaviour.sender,
    )
    put_instant(message.time, behaviour.time)
    put_instant(message.create_time, behaviour.told_time)
    return message
