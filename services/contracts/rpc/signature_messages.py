"""Signatures on the wire."""

from millrace.contracts.v1 import contract_service_pb2, signature_pb2, signature_service_pb2

from chassis.wire import instant, money_message, named
from services.contracts.domain.contract import Contract
from services.contracts.domain.signature import Signature
from services.contracts.rpc.contract_messages import to_message


def signature_message(signature: Signature) -> signature_pb2.Signature:
    """A signature for members."""
    evidence = signature.evidence
    return signature_pb2.Signature(
        name=signature.resource,
        contract=named("contracts", signature.contract),
        method=signature_pb2.SignatureMethod.Value(f"SIGNATURE_METHOD_{signature.method.name}"),
        state=signature_pb2.SignatureState.Value(f"SIGNATURE_STATE_{signature.state.name}"),
        expire_time=instant(signature.expire_time),
        document_sha256=signature.document_hash,
        signer_name=evidence.signer_name,
        intent=evidence.intent,
        address=evidence.address,
        archive_number=evidence.archive_number,
        contact=named("contacts", signature.contact),
        creator=signature.creator,
        sign_time=instant(signature.sign_time),
        create_time=instant(signature.create_time),
    )


def sent_message(contract: Contract, signature: Signature) -> contract_service_pb2.SendContractResponse:
    """A contract that was sent, without the secrets of its link."""
    return contract_service_pb2.SendContractResponse(
        contract=to_message(contract), signature=signature.resource, expire_time=instant(signature.expire_time)
    )


def view_message(signature: Signature, contract: Contract) -> signature_service_pb2.ViewSignatureResponse:
    """What whoever has the link sees."""
    return signature_service_pb2.ViewSignatureResponse(
        number=contract.number,
        buyer=contract.terms.buyer,
        amount=money_message(contract.amount),
        document_sha256=signature.document_hash,
        expire_time=instant(signature.expire_time),
    )


def signed_message(contract: Contract) -> signature_service_pb2.SignContractResponse:
    """That it was signed."""
    return signature_service_pb2.SignContractResponse(number=contract.number, sign_time=instant(contract.sign_time))
