"""Who sees which row: every method that names a row × the roles × own, team, region and foreign rows (G26).

The methods are found in the contracts, so that a new one is asked from its first day. What a role should see stands
here again in four lines, apart from the rule the services use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import httpx
import pytest
from google.protobuf.descriptor import Descriptor
from millrace.auth.v1 import access_pb2

from deploy.local.stack import SERVICES
from gateway.transcoding.methods import Binding, Shape, find_bindings
from tests.support.homes import Homes
from tests.support.product import Product, every

ROLES = ("sales", "sales_manager", "regional_manager")
# What refuses a stranger's row: it is not there, the action is not his, or the request was wrong before anybody looked.
TELLS_NOTHING = {400, 403, 404, 428}
WHOSE = ("owner", "team", "region")
# The invented company never signs for what is lost; tests/integration/pipeline/test_conflicts.py has some.
NONE_THERE = {"opportunityConflicts"}
# Methods about rows that name none of a listed collection, and why: whatever else names a row is in the matrix.
OUTSIDE: dict[str, set[str]] = {
    "makes a row, or takes one over": {
        *("CreateLead", "CreateAccount", "CreateContact", "CreateRegistration", "CreateOpportunity", "CreateQuote"),
        *("CreateContract", "CreateMember", "CreateTarget", "AcceptLead", "BookReceipt", "BookReceipts"),
    },
    "compares what the caller tells, and shows what he may see": {
        *("CheckLeadDuplicates", "CheckAccountDuplicates", "SimulateQuote", "ReconcileReceipts"),
    },
    "sums rows within the scope; tests/integration holds each sum against its rows": {
        *("QueryFunnel", "QueryRatios", "QuerySales", "QueryStageTimes", "QueryTargetProgress"),
        *("SummarizeOpportunities", "WatchReceivables", "GetAccountStatement", "DownloadAccountStatement"),
    },
    "rows of another shape; tests/integration asks each of their methods from elsewhere": {
        *("GetTarget", "ListTargets", "UpdateTarget", "GetMember", "ListMembers", "UpdateMember"),
        *("DeactivateMember", "ReactivateMember", "ListDuplicateCandidates", "ConfirmDuplicate", "DismissDuplicate"),
        *("GetLeadImport", "ListLeadImports", "ListLeadImportRows", "DownloadFailedLeadImportRows"),
        *("PreviewLeadImport", "StartLeadImport", "WatchLeadImport", "CancelLeadImport"),
        *("GetContractAmendment", "DropContractAmendment", "RecordAmendmentSigning"),
    },
}
SAMPLE = 3


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


def owned(message: Descriptor | None) -> bool:
    return message is not None and all(part in message.fields_by_name for part in WHOSE)


def collections() -> Iterator[Collection]:
    """The collections whose list shows rows with owners."""
    bindings = find_bindings(SERVICES)
    for listing in bindings:
        answer = listing.method.descriptor.output_type
        rows = next((each for each in answer.fields if each.is_repeated and owned(each.message_type)), None)
        whole = listing.verb == "GET" and len(listing.template.segments) == 2 and not listing.template.verb
        if whole and rows is not None and access(listing).rows:  # without a policy of rows a list is everybody's
            name = listing.template.collection
            ways = tuple(each for each in bindings if each.template.collection == name)
            yield Collection(name, str(rows.json_name), access(listing).permission, ways)


def access(binding: Binding) -> Any:
    return binding.method.descriptor.GetOptions().Extensions[access_pb2.access]


FOUND = list(collections())


@pytest.fixture(scope="module")
def product(homes: Homes) -> Iterator[Product]:
    with homes.started_once(leads=150) as home:
        made = Product(home).start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def everything(product: Product) -> Iterator[httpx.Client]:
    with product.client() as client:
        yield client


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
def test_a_list_shows_a_role_its_own_rows_and_no_other(
    reader: Reader, everything: httpx.Client, collection: Collection
) -> None:
    rows = every(everything, f"/v1/{collection.name}", collection.key)
    shown = every(reader.client, f"/v1/{collection.name}", collection.key)
    meant = {row["name"] for row in rows if reader.should_see(row, collection.permission)}
    assert {row["name"] for row in shown} == meant
    total = reader.client.get(f"/v1/{collection.name}", params={"pageSize": 1}).json()["totalSize"]
    assert total == len(meant)


@pytest.mark.parametrize("collection", FOUND, ids=lambda each: each.name)
def test_no_method_tells_of_a_row_outside_the_scope(
    reader: Reader, everything: httpx.Client, collection: Collection
) -> None:
    rows = every(everything, f"/v1/{collection.name}", collection.key)
    foreign = [row for row in rows if not reader.should_see(row, collection.permission)]
    mine = [row for row in rows if reader.should_see(row, collection.permission)]
    for row in islice(mine, SAMPLE):
        assert ask(reader.client, reading(collection), row["name"]).status_code == 200
    told = [
        (binding.method.name, answer.status_code)
        for row in islice(foreign, SAMPLE)
        for binding in collection.of_one
        if (answer := ask(reader.client, binding, row["name"])).status_code not in TELLS_NOTHING
    ]
    assert told == []
    for row in islice(foreign, SAMPLE):
        assert ask(reader.client, reading(collection), row["name"]).status_code == 404


def reading(collection: Collection) -> Binding:
    """The way to read one row."""
    return next(
        each
        for each in collection.of_one
        if each.verb == "GET" and len(each.template.segments) == 3 and not each.template.verb
    )


def ask(client: httpx.Client, binding: Binding, name: str) -> httpx.Response:
    """Call the method about the row, with a body that says nothing more than it must."""
    rest = [segment if segment != "*" else str(name).partition("/")[2] for segment in binding.template.segments[3:]]
    path = "/".join(["/v1", name, *rest]) + (f":{binding.template.verb}" if binding.template.verb else "")
    if binding.method.shape is Shape.UPLOAD:
        return client.request(binding.verb, path, content=b"%PDF-1.7", headers={"content-type": "application/pdf"})
    if binding.verb == "GET":
        return client.get(path)
    return client.request(binding.verb, path, json={}, headers={"if-match": '"1"'})


def test_the_matrix_has_rows_of_every_kind(everything: httpx.Client) -> None:
    assert {each.name for each in FOUND} >= {
        *("leads", "accounts", "contacts", "registrations", "opportunities", "opportunityConflicts"),
        *("quotes", "contracts", "instalments", "receipts"),
    }
    empty = {each.name for each in FOUND if not every(everything, f"/v1/{each.name}", each.key)}
    assert empty == NONE_THERE


def test_every_method_about_rows_is_in_the_matrix_or_says_why_not() -> None:
    bindings = [each for each in find_bindings(SERVICES) if access(each).rows]
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
