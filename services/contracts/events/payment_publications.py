"""What is published of instalments."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from millrace.contracts.v1 import instalment_events_pb2 as events

from chassis.publication import Publication, Publications
from chassis.wire import date_message, money_message, named
from services.contracts.domain import instalment as domain
from services.contracts.domain.instalment import Instalment


def snapshot(instalment: Instalment) -> events.InstalmentSnapshot:
    """The public state of an instalment."""
    return events.InstalmentSnapshot(
        name=instalment.resource,
        contract=named("contracts", instalment.contract),
        opportunity=named("opportunities", instalment.opportunity),
        account=named("accounts", instalment.account),
        owner=named("members", instalment.owner),
        team=named("teams", instalment.team),
        region=named("regions", instalment.region),
        sequence=instalment.sequence,
        due_date=date_message(instalment.due_date),
        amount=money_message(instalment.amount),
        paid=money_message(instalment.paid),
        written_off=money_message(instalment.written_off),
        cancelled=instalment.cancelled,
    )


_MESSAGES: Mapping[type[Any], tuple[str, Any]] = {
    domain.InstalmentPlanned: ("planned", events.InstalmentPlanned),
    domain.InstalmentChanged: ("changed", events.InstalmentChanged),
    domain.InstalmentPaid: ("paid", events.InstalmentPaid),
    domain.InstalmentWrittenOff: ("written_off", events.InstalmentWrittenOff),
    domain.InstalmentCancelled: ("cancelled", events.InstalmentCancelled),
}


def _publication(participle: str, message: Any) -> Publication:
    def of(_: object, told: events.InstalmentSnapshot) -> Message:
        made: Message = message(instalment=told)
        return made

    return Publication(f"instalment.{participle}", of, state=snapshot)


INSTALMENTS: Publications = {
    event: _publication(participle, message) for event, (participle, message) in _MESSAGES.items()
}
