"""What every method of the contracts states: who may call it, and that it only reads or else a request id."""

import importlib
from collections.abc import Iterator

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from millrace.auth.v1 import access_pb2

from chassis.rpc.effects import only_reads
from tests.architecture.tree import ROOT

# Whoever can reach the gateway may call these; each line is a decision.
ANONYMOUS = {
    # The customer signs by a link of 256 bits, and a code that came another way.
    "millrace.contracts.v1.SignatureService.DownloadSignatureDocument",
    "millrace.contracts.v1.SignatureService.SignContract",
    "millrace.contracts.v1.SignatureService.ViewSignature",
    "millrace.directory.v1.ApiClientService.IssueClientToken",  # proves itself by the client's secret
    "millrace.directory.v1.KeySetService.GetKeySet",  # public keys
    "millrace.directory.v1.SessionService.FinishOpenIdSignIn",
    "millrace.directory.v1.SessionService.GetSignInOptions",
    "millrace.directory.v1.SessionService.RefreshSession",  # proves itself by the refresh token
    "millrace.directory.v1.SessionService.SignIn",
    "millrace.directory.v1.SessionService.StartOpenIdSignIn",
    "millrace.leads.v1.LeadBehaviourService.ReceiveLeadBehaviours",  # proves itself by a signature over the body
    "millrace.leads.v1.LeadBehaviourService.ShowLeadPixel",  # a picture; counts by a sealed token
    # Whoever got a mail follows its links: each bears a sealed token.
    "millrace.leads.v1.LeadMailService.FollowMailLink",
    "millrace.leads.v1.LeadMailService.ShowMailPixel",
    "millrace.leads.v1.LeadMailService.ShowUnsubscription",
    "millrace.leads.v1.LeadMailService.Unsubscribe",
    "millrace.leads.v1.LeadFormService.SubmitLeadForm",  # the public web form, behind its token and a rate limit
}
# These change something and take no request id, because a repeat is harmless or must be the caller's own decision.
WITHOUT_REQUEST_ID = {
    "millrace.directory.v1.ApiClientService.IssueClientToken",  # another token is no harm
    "millrace.directory.v1.PasswordService.ChangePassword",  # set twice is set once
    "millrace.directory.v1.PasswordService.SetPassword",
    "millrace.directory.v1.SessionService.FinishOpenIdSignIn",  # the provider takes a code once
    "millrace.directory.v1.SessionService.RefreshSession",  # a token shown a second time ends the session
    "millrace.directory.v1.SessionService.SignIn",  # every attempt counts
    "millrace.directory.v1.SessionService.StartOpenIdSignIn",  # makes a secret of its own each time
}


def methods() -> Iterator[MethodDescriptor]:
    for path in sorted((ROOT / "protos" / "millrace").rglob("*.proto")):
        module = ".".join(path.relative_to(ROOT / "protos").with_suffix("").parts) + "_pb2"
        for service in importlib.import_module(module).DESCRIPTOR.services_by_name.values():
            yield from service.methods


METHODS = {method.full_name: method for method in methods()}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_who_may_call_it(name: str) -> None:
    rule = METHODS[name].GetOptions().Extensions[access_pb2.access]
    assert [bool(rule.permission), rule.anonymous, rule.signed_in].count(True) == 1


def test_only_the_listed_methods_answer_without_a_caller() -> None:
    open_to_all = {
        name for name, method in METHODS.items() if method.GetOptions().Extensions[access_pb2.access].anonymous
    }
    assert open_to_all - ANONYMOUS == set()


def test_a_list_that_counts_says_when_it_stopped_counting() -> None:
    pages = {method.output_type for method in METHODS.values() if method.name.startswith("List")}
    counting = {page for page in pages if "total_size" in page.fields_by_name}
    assert {page.name for page in counting if "total_size_capped" not in page.fields_by_name} == set()
    assert len(counting) >= 30


@pytest.mark.parametrize("name", METHODS)
def test_a_method_either_only_reads_or_carries_a_request_id(name: str) -> None:
    carries = "request_id" in METHODS[name].input_type.fields_by_name
    assert [only_reads(METHODS[name]), carries, name in WITHOUT_REQUEST_ID].count(True) == 1


def test_what_goes_without_a_request_id_still_exists() -> None:
    assert WITHOUT_REQUEST_ID - METHODS.keys() == set()


def test_that_a_method_only_reads_is_said_once() -> None:
    said_twice = {
        name
        for name, method in METHODS.items()
        if method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN
        and method.GetOptions().Extensions[annotations_pb2.http].WhichOneof("pattern") == "get"
    }
    assert said_twice == set()


def test_no_two_methods_share_a_path() -> None:
    rules = [method.GetOptions().Extensions[annotations_pb2.http] for method in METHODS.values()]
    paths = [
        f"{rule.WhichOneof('pattern')} {getattr(rule, rule.WhichOneof('pattern'))}"
        for rule in rules
        if rule.WhichOneof("pattern")
    ]
    assert len(paths) == len(set(paths))
