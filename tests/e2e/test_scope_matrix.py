"""Who sees which row: every method that names a row × every role × own, team, region and foreign rows (G26).

The methods are found in the contracts, so that a new one is asked from its first day, with the body that the manual
gives as its example, so that what answers is the scope and not the contract. What a role should see stands here again
in four lines, apart from the rule the services use.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from itertools import product as pairs
from typing import Any
from uuid import uuid4

import httpx
import pytest
from google.protobuf.descriptor import Descriptor
from millrace.auth.v1 import access_pb2

from deploy.local.demo.company import demo_members
from gateway.openapi.examples import ID
from gateway.transcoding.methods import Binding, Shape
from tests.support.homes import Homes
from tests.support.manual import BINDINGS, body_of, parameters_of
from tests.support.product import Product, every

ROLES = sorted({member.role for member in demo_members()})
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WHOSE = ("owner", "team", "region")
# Methods about rows that name none of a listed collection, and why: whatever else names a row is in the matrix.
OUTSIDE: dict[str, set[str]] = {
    "makes a row, or takes one over": {
        *("CreateLead", "CreateAccount", "CreateContact", "CreateRegistration", "CreateOpportunity", "CreateQuote"),
        *("CreateContract", "CreateMember", "CreateTarget", "AcceptLead", "BookReceipt", "BookReceipts"),
        *("CreateOccasion", "CreateCareRecord", "CreateLeadFollowUp", "OpenCollisionCase"),
    },
    "names its rows in its body; tests/integration/leads asks it from elsewhere": {
        *("BatchCreateLeadBehaviours", "StartLeadBulkChange"),
    },
    "compares what the caller tells, and shows what he may see": {
        *("CheckLeadDuplicates", "CheckAccountDuplicates", "SimulateQuote", "ReconcileReceipts"),
    },
    "sums rows within the scope; tests/integration holds each sum against its rows": {
        *("QueryFunnel", "QueryPractices", "QueryRatios", "QuerySales", "QueryStageTimes", "QueryTargetProgress"),
        *("SummarizeOpportunities", "WatchReceivables", "GetAccountStatement", "DownloadAccountStatement"),
    },
    "rows of another shape; tests/integration asks each of their methods from elsewhere": {
        *("GetTarget", "ListTargets", "UpdateTarget", "GetMember", "ListMembers", "UpdateMember"),
        *("DeactivateMember", "ReactivateMember", "ListDuplicateCandidates", "ConfirmDuplicate", "DismissDuplicate"),
        *("ListAccountCandidates", "LinkAccountCandidate", "RefuseAccountCandidate"),
        *("ListAccountLookAlikes", "ListCrossSellingOffers"),
        *("GetLeadImport", "ListLeadImports", "ListLeadImportRows", "DownloadFailedLeadImportRows", "ExportLeads"),
        *("PreviewLeadImport", "StartLeadImport", "WatchLeadImport", "CancelLeadImport"),
        *("UndoLeadImport", "GetLeadImportUndo", "ListLeadImportUndoRows", "ListLeadLookAlikes"),
        *("GetContractAmendment", "DropContractAmendment", "RecordAmendmentSigning"),
        *("GetOccasion", "ListOccasions", "ListComingOccasions", "UpdateOccasion", "DeleteOccasion"),
        *("UndeleteOccasion", "GetCareRecord", "ListCareRecords", "CorrectCareRecord"),
        *(
            "GetCollisionCase",
            "ListCollisionCases",
            "DecideCollisionCase",
            "AppealCollisionCase",
            "ReplayCollisionCase",
        ),
        *("GetLeadPool", "ListLeadPools", "UpdateLeadPool", "CountLeadPoolShares", "ListLeadPoolMoves"),
        *("ListPooledLeads", "ListLeadRecyclingNotices"),
        *("GetAccountPool", "ListAccountPools", "UpdateAccountPool", "CountAccountPoolShares", "ListAccountPoolMoves"),
        *("ListPooledAccounts", "ListAccountRecyclingNotices"),
        *("GetLeadFollowUp", "ListLeadFollowUps", "CorrectLeadFollowUp", "ListLeadResponseNotices"),
        *("GetLeadNurturing", "ListLeadNurturings", "EndLeadNurturing", "PreviewNurturingStep"),
        *("ListNurturingMails", "ResendNurturingMail"),
    },
}
# Methods that are about rows of nobody, too: what the caller sees is not all that he may name.
EVERYBODYS = {"ClaimReceipt": "what is nobody's yet may be claimed by everybody who writes contracts"}
SAMPLE = 2
Stock = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in, and how far his permissions reach."""

    client: httpx.Client
    member: str
    teams: frozenset[str]
    region: str
    reach: dict[str, str]

    def should_see(self, row: dict[str, Any], permission: str) -> bool:
        reach = self.reach.get(permission, "")
        own, team, region = (row.get(part, "") for part in WHOSE)
        return (
            reach == "SCOPE_ALL"
            or (bool(reach) and own == self.member)
            or (reach in {"SCOPE_TEAM", "SCOPE_REGION"} and team in self.teams)
            or (reach == "SCOPE_REGION" and bool(region) and region == self.region)
        )


@dataclass(frozen=True)
class Collection:
    """A collection whose rows have owners, and every way to name one of them."""

    name: str
    key: str
    permission: str
    bindings: tuple[Binding, ...]

    @cached_property
    def of_one(self) -> list[Binding]:
        """The ways that name one row in the path."""
        return [each for each in self.bindings if each.template.segments[:3] == ("v1", self.name, "*")]

    @property
    def readings(self) -> list[Binding]:
        """The way to read one row; a conflict is read in its list alone."""
        whole = [each for each in self.of_one if len(each.template.segments) == 3 and not each.template.verb]
        return [each for each in whole if each.verb == "GET"]


def owned(message: Descriptor | None) -> bool:
    return message is not None and all(part in message.fields_by_name for part in WHOSE)


def collections() -> Iterator[Collection]:
    """The collections whose list shows rows with owners."""
    for listing in BINDINGS:
        answer = listing.method.descriptor.output_type
        rows = next((each for each in answer.fields if each.is_repeated and owned(each.message_type)), None)
        whole = listing.verb == "GET" and len(listing.template.segments) == 2 and not listing.template.verb
        if whole and rows is not None and access(listing).rows:  # without a policy of rows a list is everybody's
            name = listing.template.collection
            ways = tuple(each for each in BINDINGS if each.template.collection == name)
            yield Collection(name, str(rows.json_name), access(listing).permission, ways)


def access(binding: Binding) -> Any:
    return binding.method.descriptor.GetOptions().Extensions[access_pb2.access]


FOUND = list(collections())


@pytest.fixture(scope="module")
def product(homes: Homes) -> Iterator[Product]:
    with homes.started_once(leads=150) as home:
        made = Product(home).start()
        end_what_was_won(made)
        yield made
        made.stop()


def end_what_was_won(product: Product) -> None:
    """Whoever works the opportunity of a contract that is ended early has a conflict to settle."""
    with product.client() as asking, product.client("finance") as finance:
        signed = every(asking, "/v1/contracts", "contracts")
        contract = next(
            each["name"] for each in signed if each["state"] == "CONTRACT_STATE_ACTIVE" and each["opportunity"]
        )
        assert asking.post(f"/v1/{contract}:terminate", json={"comment": "客户停产"}).status_code == 200
        waiting = {"filter": 'kind = "contract_ending" AND state = APPROVAL_STATE_PENDING'}
        (question,) = finance.get("/v1/contractApprovals", params=waiting).json()["approvals"]
        decided = finance.post(f"/v1/{question['name']}:approve", json={"contentHash": question["contentHash"]})
        assert decided.status_code == 200, decided.text
        limit = time.monotonic() + 60
        while not asking.get("/v1/opportunityConflicts").json()["totalSize"]:
            assert time.monotonic() < limit
            time.sleep(0.2)


@pytest.fixture(scope="module")
def everything(product: Product) -> Iterator[httpx.Client]:
    with product.client() as client:
        yield client


@pytest.fixture(scope="module")
def stock(everything: httpx.Client) -> Stock:
    """Every row of every collection."""
    return {each.name: every(everything, f"/v1/{each.name}", each.key) for each in FOUND}


@pytest.fixture(scope="module", params=ROLES)
def reader(request: pytest.FixtureRequest, product: Product, everything: httpx.Client) -> Iterator[Reader]:
    with product.client(request.param) as client:
        told = client.get("/v1/myAccess").json()
        me = told["member"]
        below = every(everything, "/v1/teams", "teams")
        teams = {team["name"] for team in below if me["team"] in (team["name"], *team.get("path", ()))}
        reach = {grant["permission"]: grant["scope"] for grant in told["grants"]}
        yield Reader(client, me["name"], frozenset(teams), me["region"], reach)


@pytest.mark.parametrize("collection", FOUND, ids=lambda each: each.name)
def test_a_list_shows_a_role_its_own_rows_and_no_other(reader: Reader, stock: Stock, collection: Collection) -> None:
    path = f"/v1/{collection.name}"
    if collection.permission not in reader.reach:
        assert reader.client.get(path).status_code == 403
        return
    rows = stock[collection.name]
    shown = every(reader.client, path, collection.key)
    meant = {row["name"] for row in rows if reader.should_see(row, collection.permission)}
    assert {row["name"] for row in shown} == meant
    assert reader.client.get(path, params={"pageSize": 1}).json()["totalSize"] == len(meant)


@pytest.mark.parametrize("collection", FOUND, ids=lambda each: each.name)
def test_a_row_outside_the_scope_answers_every_method_as_if_it_were_not_there(
    reader: Reader, stock: Stock, collection: Collection
) -> None:
    rows = stock[collection.name]
    his = {account["name"] for account in stock["accounts"] if account["owner"] == reader.member}
    foreign = [
        row
        for row in rows
        if not reader.should_see(row, collection.permission) and not is_past_of(row, his, collection)
    ]
    mine = [row["name"] for row in rows if reader.should_see(row, collection.permission)]
    for binding, name in pairs(collection.readings, islice(mine, SAMPLE)):
        assert ask(reader.client, binding, name).status_code == 200
    told = [
        (binding.method.name, answer, invented)
        for binding in collection.of_one
        for invented in (said(ask(reader.client, binding, f"{collection.name}/{ID}")),)
        for row in islice((row for row in foreign if concerns(binding, row)), SAMPLE)
        for answer in (said(ask(reader.client, binding, row["name"])),)
        if answer != invented or answer[0] not in {403, 404}
    ]
    assert told == []


def is_past_of(row: dict[str, Any], accounts: set[str], collection: Collection) -> bool:
    """Whoever looks after an account reads its opportunities that ended; tests/integration holds how far."""
    ended = collection.name == "opportunities" and row["state"] != "OPPORTUNITY_STATE_OPEN"
    return ended and row["account"] in accounts


def test_every_method_about_one_row_says_that_there_is_no_such_row(everything: httpx.Client) -> None:
    asked = [each for each in BINDINGS if each.template.segments[2:3] == ("*",) and access(each).rows]
    answers = {each.method.name: said(ask(everything, each, f"{each.template.collection}/{ID}")) for each in asked}
    wrong = [
        f"{method}: {status} {text}"
        for method, (status, text) in answers.items()
        if status != 404 and "AccountStatement" not in method  # of a period, which its parameters name in parts
    ]
    assert not wrong, "\n".join(wrong)


def concerns(binding: Binding, row: dict[str, Any]) -> bool:
    """Whether a method that the reader may call must not know a row that he does not see."""
    return row.get("owner", "") != "" or binding.method.descriptor.name not in EVERYBODYS


def ask(client: httpx.Client, binding: Binding, name: str) -> httpx.Response:
    """Call the method about the row, with the body that the manual gives as its example."""
    rest = [segment if segment != "*" else str(name).partition("/")[2] for segment in binding.template.segments[3:]]
    path = "/".join(["/v1", name, *rest]) + (f":{binding.template.verb}" if binding.template.verb else "")
    parameters = parameters_of(binding)
    key = {"idempotency-key": str(uuid4())}
    if binding.method.shape is Shape.UPLOAD:
        kind = key | {"content-type": "application/pdf"}
        return client.request(binding.verb, path, params=parameters, content=b"%PDF-1.7", headers=kind)
    if not binding.body:
        return client.request(binding.verb, path, params=parameters)
    seen = key | {"if-match": '"1"'}
    return client.request(binding.verb, path, params=parameters, headers=seen, json=body_of(binding))


def said(answer: httpx.Response) -> tuple[int, str]:
    """The status and the whole answer, whatever row it was about and by whatever request."""
    return answer.status_code, UUID.sub("", answer.text)


def test_the_matrix_has_rows_of_every_kind(stock: Stock) -> None:
    assert {each.name for each in FOUND} >= {
        *("leads", "accounts", "contacts", "registrations", "opportunities", "opportunityConflicts"),
        *("quotes", "contracts", "instalments", "receipts"),
    }
    assert [name for name, rows in stock.items() if not rows] == []


def test_every_method_about_rows_is_in_the_matrix_or_says_why_not() -> None:
    bindings = [each for each in BINDINGS if access(each).rows]
    listed = {each.name for each in FOUND}
    inside = {each.method.descriptor.name for found in FOUND for each in found.of_one}
    inside |= {
        each.method.descriptor.name
        for each in bindings
        if each.verb == "GET"
        and len(each.template.segments) == 2
        and not each.template.verb
        and each.template.collection in listed
    }
    outside = {each.method.descriptor.name for each in bindings} - inside
    assert outside == set().union(*OUTSIDE.values())
