"""What the gateway makes of the contracts: routes, JSON, the manual."""

import json
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from millrace.leads.v1 import lead_pb2

from chassis.rpc.statuses import status_of
from gateway.openapi.document import document
from gateway.openapi.parameters import path_of
from gateway.problems import DETAILS, Asked, json_path, of_call, texts
from gateway.refusals import HttpMethodNotAllowed, RouteNotFound
from gateway.settings import SERVICES
from gateway.transcoding.json_writing import writer
from gateway.transcoding.methods import ContractWrong, Shape, find_bindings
from gateway.transcoding.routes import RouteTable
from gateway.transcoding.templates import parse_template
from kernel.errors import InvalidField, Refusal
from trade.rule_body import RuleBody

BINDINGS = find_bindings(SERVICES)
ROUTES = RouteTable(BINDINGS)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@pytest.mark.parametrize(
    ("verb", "path", "method"),
    [
        ("POST", "/v1/leads", "CreateLead"),
        ("GET", "/v1/leads", "ListLeads"),
        ("GET", "/v1/leads/018f", "GetLead"),
        ("PATCH", "/v1/leads/018f", "UpdateLead"),
        ("POST", "/v1/leads:checkDuplicates", "CheckLeadDuplicates"),
        ("POST", "/v1/leadImports/018f:start", "StartLeadImport"),
        ("GET", "/v1/leadImports/018f/rows", "ListLeadImportRows"),
        ("POST", "/v1/sessions:signIn", "SignIn"),
    ],
)
def test_a_path_leads_to_its_method(verb: str, path: str, method: str) -> None:
    route, _ = ROUTES.find(verb, path)
    assert route.binding.method.descriptor.name == method


def test_a_method_without_an_http_rule_is_not_exposed() -> None:
    names = {binding.method.descriptor.name for binding in BINDINGS}
    assert "BatchCreateLeads" not in names
    assert "ReadEvents" not in names


def test_a_known_path_with_another_verb_names_those_that_work() -> None:
    with pytest.raises(HttpMethodNotAllowed) as refusal:
        ROUTES.find("PUT", "/v1/leads")
    assert refusal.value.allowed == "GET, POST"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1//", "/v1/leads/018f/", "/v1/leads//rows", "/v2/leads"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    with pytest.raises(RouteNotFound):
        ROUTES.find("GET", path)


def test_shapes_follow_the_streams_of_the_contract() -> None:
    shapes = {binding.method.descriptor.name: binding.method.shape for binding in BINDINGS}
    assert shapes["GetLead"] is Shape.UNARY
    assert shapes["WatchLeadImport"] is Shape.EVENTS
    assert shapes["UploadLeadImport"] is Shape.UPLOAD
    assert shapes["DownloadFailedLeadImportRows"] is Shape.DOWNLOAD


@pytest.mark.parametrize(
    ("method", "reads"),
    [
        ("GetLead", True),
        ("CheckLeadDuplicates", True),
        ("SuggestSalesProcess", True),
        ("SimulateQuote", True),
        ("ReconcileReceipts", True),
        ("CreateLead", False),
        ("PreviewLeadImport", False),
        ("LookUpAccount", False),  # every look-up counts
        ("SignIn", False),
    ],
)
def test_the_contract_says_which_calls_only_read(method: str, *, reads: bool) -> None:
    found = {binding.method.descriptor.name: binding.method for binding in BINDINGS}[method]
    assert found.reads is reads


def test_two_methods_on_one_path_stop_the_start() -> None:
    with pytest.raises(ContractWrong):
        RouteTable([*BINDINGS, BINDINGS[0]])


def test_a_template_binds_nested_fields_and_the_rest() -> None:
    template = parse_template("/v1/{lead.name=leads/*}/notes/{path=**}:show")
    assert template.segments == ("v1", "leads", "*", "notes", "**")
    assert template.verb == "show"
    values = [each.value(["v1", "leads", "7", "notes", "a", "b"]) for each in template.variables]
    assert values == ["leads/7", "a/b"]


@given(
    st.builds(
        lead_pb2.Lead,
        company_name=TEXT,
        employee_count=st.integers(-(2**31), 2**31 - 1),
        grade=st.sampled_from([0, 1, 4]),
        tags=st.lists(TEXT, max_size=3),
        custom=st.dictionaries(TEXT, TEXT, max_size=3),
        budget_min=st.none()
        | st.builds(lambda units: {"units": units, "currency_code": "CNY"}, st.integers(0, 2**63 - 1)),
        create_time=st.none() | st.builds(lambda s: {"seconds": s, "nanos": 5000}, st.integers(0, 4_000_000_000)),
        duplicates=st.lists(st.builds(lead_pb2.DuplicateCandidate, score=st.floats()), max_size=2),
    )
)
def test_json_is_what_protobuf_itself_would_write(lead: Any) -> None:
    wanted = json_format.MessageToDict(lead, always_print_fields_with_no_presence=True)
    assert writer(lead.DESCRIPTOR)(lead) == wanted


@pytest.mark.parametrize(
    ("path", "body", "wanted"),
    [
        ("lead.company_name", "lead", "companyName"),
        ("lead.tags[3]", "lead", "tags[3]"),
        ("page_size", "", "pageSize"),
        ("lead.address.line_1", "*", "lead.address.line1"),
    ],
)
def test_field_paths_follow_the_door(path: str, body: str, wanted: str) -> None:
    assert json_path(path, body) == wanted


def of_service(refusal: Refusal, asked: Asked) -> dict[str, Any]:
    """The problem document of what a service refused."""
    status = status_of(refusal, texts=texts(), locale=asked.locale)
    details = grpc.aio.Metadata((DETAILS, status.SerializeToString()))
    error = grpc.aio.AioRpcError(grpc.StatusCode.INVALID_ARGUMENT, grpc.aio.Metadata(), details)
    return of_call(error, asked, service="leads").document


def test_a_place_in_a_rule_set_is_told_by_the_keys_as_they_are_written_there() -> None:
    refusal = RuleBody({"region_weight": -1}).wrong("region_weight", "number", least=0, most=9)
    told = of_service(refusal, Asked(path="/v1/leadRuleSets/assignment", locale="zh", body="lead_rule_set"))
    assert told["detail"] == "规则有误（region_weight）：须为 0 到 9 之间的数"
    assert (told["metadata"]["field"], told["errors"][0]["field"]) == ("region_weight", "region_weight")


def test_a_field_of_a_message_is_told_in_the_words_of_json() -> None:
    asked = Asked(path="/v1/leads", locale="en", body="lead")
    told = of_service(InvalidField(field="lead.company_name"), asked)
    assert (told["metadata"]["field"], told["errors"][0]["field"]) == ("companyName", "companyName")


def test_the_manual_describes_every_binding_in_the_words_of_the_contract() -> None:
    manual = document(BINDINGS, version="1")
    create = manual["paths"]["/v1/leads"]["post"]
    company = manual["components"]["schemas"]["leads.Lead"]["properties"]["companyName"]
    assert sum(len(verbs) for verbs in manual["paths"].values()) == len(BINDINGS)
    assert create["summary"].startswith("Takes a lead in")
    assert company["maxLength"] == 200
    assert company["examples"] == ["杭州云帆科技有限公司"]
    assert company["description"] == "The company's name as entered."


def test_every_reference_of_the_manual_leads_somewhere() -> None:
    manual = document(BINDINGS, version="1")
    text = json.dumps(manual)
    names = {piece.partition('"')[0] for piece in text.split('"#/components/schemas/')[1:]}
    assert names <= set(manual["components"]["schemas"])


def test_paths_of_the_manual_name_their_parts() -> None:
    assert path_of(parse_template("/v1/{name=leadImports/*}:start")) == "/v1/leadImports/{leadImport}:start"
