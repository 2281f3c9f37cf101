"""What is published of amendments."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from millrace.contracts.v1 import contract_amendment_events_pb2 as events

from chassis.publication import Publication, Publications
from chassis.wire import date_message, money_message, named
from services.contracts.domain import amendment as domain
from services.contracts.domain.amendment import Amendment


def snapshot(amendment: Amendment) -> events.ContractAmendmentSnapshot:
    """The public state of an amendment."""
    return events.ContractAmendmentSnapshot(
        name=amendment.resource,
        contract=named("contracts", amendment.contract),
        state=events.ContractAmendmentState.Value(f"CONTRACT_AMENDMENT_STATE_{amendment.state.name}"),
        quote=named("quotes", amendment.quote),
        amount=money_message(amendment.amount),
        end_date=date_message(amendment.end_date),
    )


_MESSAGES: Mapping[type[Any], tuple[str, Any]] = {
    domain.AmendmentProposed: ("proposed", events.ContractAmendmentProposed),
    domain.AmendmentApproved: ("approved", events.ContractAmendmentApproved),
    domain.AmendmentSigned: ("signed", events.ContractAmendmentSigned),
    domain.AmendmentDropped: ("dropped", events.ContractAmendmentDropped),
    domain.AmendmentErased: ("person_erased", events.ContractAmendmentPersonErased),
}


def _publication(participle: str, message: Any) -> Publication:
    def of(_: object, told: events.ContractAmendmentSnapshot) -> Message:
        made: Message = message(contract_amendment=told)
        return made

    return Publication(f"contract_amendment.{participle}", of, state=snapshot)


AMENDMENTS: Publications = {
    event: _publication(participle, message) for event, (participle, message) in _MESSAGES.items()
}
