"""What is published of contracts, their templates and signatures."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from millrace.contracts.v1 import contract_events_pb2 as events
from millrace.contracts.v1 import contract_template_events_pb2 as template_events
from millrace.contracts.v1 import signature_events_pb2 as signature_events
from millrace.contracts.v1 import signature_pb2

from chassis.publication import Publication, Publications
from chassis.wire import date_message, decimal_message, instant, money_message, named
from services.contracts.domain import contract_happenings as domain
from services.contracts.domain import contract_template as template_domain
from services.contracts.domain import signature as signature_domain
from services.contracts.domain.contract import Contract, ContractState
from services.contracts.domain.contract_template import ContractTemplate
from services.contracts.domain.signature import Signature
from services.contracts.domain.sold_item import SoldItem

STATE_NUMBERS: Mapping[ContractState, Any] = {
    state: events.ContractState.Value(f"CONTRACT_STATE_{state.name}") for state in ContractState
}


def snapshot(contract: Contract) -> events.ContractSnapshot:
    """The public state of a contract."""
    return events.ContractSnapshot(
        name=contract.resource,
        state=STATE_NUMBERS[contract.state],
        quote=named("quotes", contract.quote),
        opportunity=named("opportunities", contract.opportunity),
        account=named("accounts", contract.account),
        owner=named("members", contract.owner),
        team=named("teams", contract.team),
        region=named("regions", contract.region),
        amount=money_message(contract.amount),
        sign_time=instant(contract.sign_time),
        start_date=date_message(contract.effective_date or contract.start_date),
        end_date=date_message(contract.end_date),
        create_time=instant(contract.create_time),
        paid=money_message(contract.paid),
        renews=named("contracts", contract.renews),
        items=[_item(each) for each in contract.sold],
    )


def _item(sold: SoldItem) -> events.ContractItem:
    return events.ContractItem(
        product=named("products", sold.product),
        quantity=decimal_message(sold.quantity),
        amount=money_message(sold.amount),
    )


_MESSAGES: Mapping[type[Any], tuple[str, Any]] = {
    domain.ContractCreated: ("created", events.ContractCreated),
    domain.ContractUpdated: ("updated", events.ContractUpdated),
    domain.ContractReviewOpened: ("review_opened", events.ContractReviewOpened),
    domain.ContractApproved: ("approved", events.ContractApproved),
    domain.ContractReturned: ("returned", events.ContractReturned),
    domain.ContractSent: ("sent", events.ContractSent),
    domain.ContractSigned: ("signed", events.ContractSigned),
    domain.ContractActivated: ("activated", events.ContractActivated),
    domain.ContractExpired: ("expired", events.ContractExpired),
    domain.ContractTerminated: ("terminated", events.ContractTerminated),
    domain.ContractRenewed: ("renewed", events.ContractRenewed),
    domain.ContractAmended: ("amended", events.ContractAmended),
    domain.ContractPersonErased: ("person_erased", events.ContractPersonErased),
    domain.ContractSettled: ("settled", events.ContractSettled),
    domain.ContractUnsettled: ("unsettled", events.ContractUnsettled),
}


def _publication(participle: str, message: Any) -> Publication:
    def of(_: object, told: events.ContractSnapshot) -> Message:
        made: Message = message(contract=told)
        return made

    return Publication(f"contract.{participle}", of, state=snapshot)


CONTRACTS: Publications = {
    event: _publication(participle, message) for event, (participle, message) in _MESSAGES.items()
}


def _template(template: ContractTemplate) -> template_events.ContractTemplateSnapshot:
    text = template.text
    return template_events.ContractTemplateSnapshot(
        name=template.resource,
        display_name=text.display_name,
        language=text.language,
        clauses=[clause.key for clause in text.clauses],
        archived=text.archived,
    )


CONTRACT_TEMPLATES: Publications = {
    template_domain.ContractTemplateCreated: Publication(
        "contract_template.created",
        lambda _, after: template_events.ContractTemplateCreated(contract_template=_template(after)),
    ),
    template_domain.ContractTemplateUpdated: Publication(
        "contract_template.updated",
        lambda _, after: template_events.ContractTemplateUpdated(contract_template=_template(after)),
    ),
}


def _signature(signature: Signature) -> signature_events.SignatureSnapshot:
    return signature_events.SignatureSnapshot(
        name=signature.resource,
        contract=named("contracts", signature.contract),
        method=signature_pb2.SignatureMethod.Value(f"SIGNATURE_METHOD_{signature.method.name}"),
        state=signature_pb2.SignatureState.Value(f"SIGNATURE_STATE_{signature.state.name}"),
        attempts=signature.attempts,
        sign_time=instant(signature.sign_time),
    )


SIGNATURES: Publications = {
    signature_domain.SignatureRequested: Publication(
        "signature.requested", lambda _, after: signature_events.SignatureRequested(signature=_signature(after))
    ),
    signature_domain.SignatureFailed: Publication(
        "signature.failed", lambda _, after: signature_events.SignatureFailed(signature=_signature(after))
    ),
    signature_domain.SignatureSigned: Publication(
        "signature.signed", lambda _, after: signature_events.SignatureSigned(signature=_signature(after))
    ),
    signature_domain.SignaturePersonErased: Publication(
        "signature.person_erased",
        lambda _, after: signature_events.SignaturePersonErased(signature=_signature(after)),
    ),
    signature_domain.SignatureRevoked: Publication(
        "signature.revoked", lambda _, after: signature_events.SignatureRevoked(signature=_signature(after))
    ),
}
