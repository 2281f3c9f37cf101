"""No phone number, mail address or amount of a customer leaves the product unmasked by being forgotten (字段脱敏)."""

import importlib
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from millrace.auth.v1 import access_pb2

from tests.architecture.tree import ROOT

MONEY = "google.type.Money"
RAW = "google.api.HttpBody"
# Fields that everybody sees who sees the message; each line is a decision.
UNMASKED = {
    "millrace.contracts.v1.Receipt.payer_name": "whose money it is, is claimed by it (到款认领)",
    "millrace.contracts.v1.Receipt.remark": "as the name of the payer: often it names the contract",
    "millrace.contracts.v1.RecordAmendmentSigningRequest.signer_name": "comes in; answered as a field of the signature",
    "millrace.contracts.v1.RecordPaperSigningRequest.signer_name": "comes in; answered as a field of the signature",
    "millrace.contracts.v1.SignContractRequest.signer_name": "comes in and is never answered",
    "millrace.contracts.v1.Signature.signer_name": "who signed stands in the contract that its reader sees",
    "millrace.contracts.v1.Signature.address": "proves the signature to whoever may see the contract",
    "millrace.contracts.v1.ViewSignatureResponse.amount": "the customer is told what he is asked to sign",
    "millrace.pipeline.v1.AcceptLeadRequest.contact_name": "comes in from leads and is never answered",
    "millrace.pipeline.v1.AcceptLeadRequest.phone": "comes in from leads and is never answered",
    "millrace.pipeline.v1.AcceptLeadRequest.email": "comes in from leads and is never answered",
    "millrace.pipeline.v1.AcceptLeadRequest.address": "comes in from leads and is never answered",
    "millrace.pipeline.v1.AcceptLeadRequest.budget_min": "comes in from leads and is never answered",
    "millrace.pipeline.v1.AcceptLeadRequest.budget_max": "comes in from leads and is never answered",
    "millrace.leads.v1.AccountCandidate.account_display_name": "told of accounts the caller sees",
    "millrace.leads.v1.ConvertLeadRequest.amount": "comes in and is never answered",
    "millrace.pipeline.v1.CustomerToMatch.contact_name": "comes in from leads and is never answered",
    "millrace.pipeline.v1.CustomerToMatch.phone": "comes in from leads and is never answered",
    "millrace.pipeline.v1.CustomerToMatch.email": "comes in from leads and is never answered",
    "millrace.pipeline.v1.AccountDescription.display_name": "told of accounts the reader sees, by the name they go by",
    "millrace.pipeline.v1.LookUpAccountRequest.phone": "comes in and is never answered",
    "millrace.leads.v1.LookUpLeadRequest.phone": "comes in and is never answered",
    "millrace.leads.v1.LookUpLeadRequest.email": "comes in and is never answered",
    "millrace.pipeline.v1.OpenCollisionCaseRequest.phone": "comes in and is never answered",
    "millrace.pipeline.v1.AccountDuplicate.display_name": "told of accounts the caller sees, by the name they go by",
    "millrace.pipeline.v1.AccountLookAlike.display_name": "as AccountDuplicate.display_name",
    "millrace.pipeline.v1.AccountLookAlike.like_display_name": "as AccountDuplicate.display_name",
    "millrace.pipeline.v1.CrossSellingOffer.display_name": "as AccountDuplicate.display_name",
    "millrace.pipeline.v1.CrossSellingOffer.like_display_name": "as AccountDuplicate.display_name",
    "millrace.pipeline.v1.ComingOccasion.contact_display_name": "as Contact.display_name",
    "millrace.pipeline.v1.Contact.display_name": "people are called by it; what is hidden is how to reach them",
    "millrace.leads.v1.Lead.contact_name": "people speak of a lead by it; what is hidden is how to reach the customer",
    "millrace.leads.v1.Lead.address": "decides the region, which everybody who sees the lead must understand",
    "millrace.pipeline.v1.Registration.contact_name": "as of a lead: reviewers judge whether a person is named",
    "millrace.leads.v1.LeadFollowUp.note": "whoever sees the lead goes on where it was left",
    "millrace.leads.v1.LeadFollowUp.next_step": "whoever sees the lead goes on where it was left",
    "millrace.leads.v1.LeadPoolMove.reason": "why somebody gave it back is for whoever thinks of claiming it",
    "millrace.leads.v1.PooledLead.contact_name": "masked for everybody, whatever he may see, until somebody claims it",
    "millrace.leads.v1.PooledLead.phone": "masked for everybody, whatever he may see, until somebody claims it",
    "millrace.leads.v1.PooledLead.email": "masked for everybody, whatever he may see, until somebody claims it",
    "millrace.pipeline.v1.AccountPoolMove.reason": "why somebody gave it back is for whoever thinks of claiming it",
    "millrace.pipeline.v1.PooledAccount.display_name": "a person is masked for everybody, until somebody claims him",
    "millrace.pipeline.v1.PooledAccount.phone": "masked for everybody, whatever he may see, until somebody claims it",
    "millrace.pipeline.v1.PooledAccount.email": "masked for everybody, whatever he may see, until somebody claims it",
    "millrace.leads.v1.SubmitLeadFormRequest.contact_name": "comes in and is never answered",
    "millrace.leads.v1.SubmitLeadFormRequest.phone": "comes in and is never answered",
    "millrace.leads.v1.SubmitLeadFormRequest.email": "comes in and is never answered",
    "millrace.leads.v1.LeadImportPreviewRow.cells": "a file as it was uploaded: PreviewLeadImport asks for the sight",
}
FILES = [
    importlib.import_module(".".join(path.relative_to(ROOT / "protos").with_suffix("").parts) + "_pb2").DESCRIPTOR
    for path in sorted((ROOT / "protos" / "millrace").rglob("*.proto"))
]


# Raw answers that everybody may have who reaches the method; each line is a decision.
OPEN_RAW = {
    "millrace.leads.v1.LeadExportService.ExportLeads",  # its cells are read off messages that were masked before
    "millrace.leads.v1.LeadBehaviourService.ShowLeadPixel",  # a picture of one point, the same for everybody
    # Pages that are the same for everybody, a picture, and the way to content; none tells of the lead.
    "millrace.leads.v1.LeadMailService.FollowMailLink",
    "millrace.leads.v1.LeadMailService.ShowMailPixel",
    "millrace.leads.v1.LeadMailService.ShowUnsubscription",
    "millrace.leads.v1.LeadMailService.Unsubscribe",
    "millrace.contracts.v1.SignatureService.DownloadSignatureDocument",  # the customer's own contract, behind his link
}


def messages() -> Iterator[Descriptor]:
    # Events are read by services alone, and each masks what it answers from them.
    answered = [file for file in FILES if not file.name.endswith("_events.proto")]
    waiting = [kind for file in answered for kind in file.message_types_by_name.values()]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.nested_types


def methods() -> Iterator[MethodDescriptor]:
    for file in FILES:
        for service in file.services_by_name.values():
            yield from service.methods


def is_to_be_masked(each: FieldDescriptor) -> bool:
    kind = each.message_type
    return each.GetOptions().Extensions[access_pb2.personal] or (kind is not None and kind.full_name == MONEY)


def is_masked(each: FieldDescriptor) -> bool:
    return each.GetOptions().HasExtension(access_pb2.mask)


def reached(kind: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    if kind.full_name in seen:
        return
    seen.add(kind.full_name)
    for each in kind.fields:
        yield each
        if each.message_type is not None:
            yield from reached(each.message_type, seen)


def test_every_personal_value_and_every_amount_has_a_mask_or_a_reason() -> None:
    open_fields = {
        each.full_name for kind in messages() for each in kind.fields if is_to_be_masked(each) and not is_masked(each)
    }
    assert open_fields == set(UNMASKED)


def test_a_mask_names_its_permission_and_fits_its_field() -> None:
    words = {access_pb2.MASK_FORM_PHONE, access_pb2.MASK_FORM_EMAIL}
    wrong = []
    for kind in messages():
        for each in filter(is_masked, kind.fields):
            mask = each.GetOptions().Extensions[access_pb2.mask]
            is_text = each.type == FieldDescriptor.TYPE_STRING
            fits = (mask.form in words) <= is_text and (mask.form == access_pb2.MASK_FORM_REASONS) == bool(mask.codes)
            if not mask.permission or not fits:
                wrong.append(each.full_name)
    assert wrong == []


def test_what_no_mask_reaches_is_answered_only_to_those_who_may_see_it() -> None:
    careless = [
        method.full_name
        for method in methods()
        if any(
            each.full_name == "millrace.leads.v1.LeadImportPreviewRow.cells"
            for each in reached(method.output_type, set())
        )
        or method.output_type.full_name == RAW
        if not method.GetOptions().Extensions[access_pb2.access].sees
        if method.full_name not in OPEN_RAW
    ]
    assert careless == []
