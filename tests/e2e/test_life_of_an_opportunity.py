"""The life of one opportunity, told through HTTP alone: from a visiting card at a fair to the money in the bank.

Each step is a fixture that needs the one before, so that a failure names the step; every command is sent twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.e2e.actors import JSON, Actor, accepted, actor, day, member, money, signer, yuan
from tests.support.homes import Homes
from tests.support.product import Product

COMPANY = "杭州云帆科技有限公司"
NEED = "为 301 名销售上线商机与合同管理系统，替换现有表格，需与金蝶对接，年底前完成验收。"
PDF = b"%PDF-1.7 " + "云帆客户需求说明书".encode()
TODAY = datetime.now(UTC).date()
CRITERIA = ("CUSTOMER", "NEED", "BUDGET", "CLOSING", "STATE")
VERDICTS = [{"criterion": f"REGISTRATION_CRITERION_{each}", "met": True, "note": "已电话核实"} for each in CRITERIA]
WINTER = {
    "selection": {
        "period": {"startDate": day(TODAY - timedelta(days=30)), "endDate": day(TODAY + timedelta(days=30))},
    },
    "mode": "FUNNEL_MODE_COHORT",
}


@dataclass
class Cast:
    """Who plays in the story."""

    product: Product
    administrator: Actor
    marketing: Actor
    director: Actor
    legal: Actor
    finance: Actor
    seller: Actor = field(init=False)
    manager: Actor = field(init=False)
    regional: Actor = field(init=False)


@pytest.fixture(scope="module")
def cast(homes: Homes) -> Iterator[Cast]:
    with homes.started_once() as home:
        product = Product(home).start()
        roles = ("administrator", "marketing", "sales_director", "legal", "finance")
        yield Cast(product, *(actor(product, role) for role in roles))
        product.stop()


@pytest.fixture(scope="module")
def lead(cast: Cast) -> JSON:
    """Marketing brings a visiting card home from the fair."""
    channel = cast.marketing.do("channels", {"displayName": "杭州数博会", "kind": "CHANNEL_KIND_EXHIBITION"})
    regions = {each["displayName"]: each["name"] for each in cast.administrator.see("regions")["regions"]}
    told = {
        "companyName": COMPANY,
        "contactName": "王小明",
        "jobTitle": "采购经理",
        "phone": "138 0013 8000",
        "industry": "software",
        "need": NEED,
        "budgetMin": money(250_000),
        "budgetMax": money(300_000),
        "channel": channel["name"],
        "region": regions["华东大区"],
    }
    made = cast.marketing.do("leads", told)
    cast.seller = member(cast.product, cast.administrator, made["owner"])
    cast.manager = member(cast.product, cast.administrator, made["owner"], role="sales_manager")
    cast.regional = actor(cast.product, "regional_manager")
    return made


@pytest.fixture(scope="module")
def converted(cast: Cast, lead: JSON) -> JSON:
    choice = {"expectedCloseDate": day(TODAY + timedelta(days=60)), "followUpState": "FOLLOW_UP_STATE_FIRST_CONTACT"}
    cast.seller.do(f"{lead['name']}:convert", choice, same=("name",))
    done = cast.seller.wait_for(lead["name"], lambda seen: seen["state"] == "LEAD_STATE_CONVERTED")
    return dict(done["conversion"])


@pytest.fixture(scope="module")
def registration(cast: Cast, converted: JSON) -> JSON:
    """The manager judges the five criteria of what was submitted by itself."""
    seen = cast.manager.see(converted["registration"])
    judged = {"outcome": "REVIEW_OUTCOME_APPROVE", "verdicts": VERDICTS, "contentHash": seen["contentHash"]}
    return cast.manager.do(f"{seen['name']}:review", judged)


@pytest.fixture(scope="module")
def offered_for(cast: Cast, registration: JSON) -> JSON:
    """The requirement document is there, so that the opportunity moves to 方案报价."""
    name = registration["opportunity"]
    cast.seller.do(
        f"{name}/evidence:upload",
        params={"kind": "EVIDENCE_KIND_REQUIREMENT_DOCUMENT", "fileName": "云帆需求说明书.pdf"},
        content=PDF,
        headers={"content-type": "application/pdf"},
    )
    return cast.seller.do(f"{name}:move", {"stage": "quote"})


@pytest.fixture(scope="module")
def price_book(cast: Cast) -> JSON:
    product = {
        "code": "QC-PRO",
        "displayName": "渠成专业版",
        "unit": "套",
        "taxRate": {"value": "0.06"},
        "active": True,
    }
    made = cast.director.do("products", product)
    entry = {"product": made["name"], "unitPrice": {"value": "1000"}}
    book = {"displayName": "标准价目表", "currency": "CNY", "active": True, "entries": [entry]}
    return cast.director.do("priceBooks", book)


def quote_of(cast: Cast, opportunity: JSON, book: JSON, discount: str) -> JSON:
    """301 seats at a discount, submitted as soon as the service of quotes has heard of the opportunity."""
    lines = [{"product": book["entries"][0]["product"], "quantity": {"value": "301"}}]
    wish = {"opportunity": opportunity["name"], "priceBook": book["name"], "lines": lines}
    cast.seller.until(lambda: cast.seller.asked("quotes:simulate", {"quote": wish}), lambda seen: "quote" in seen)
    made = cast.seller.do("quotes", wish | {"totalDiscount": {"value": discount}})
    return cast.seller.do(f"{made['name']}:submit", {"etag": made["etag"]})


@pytest.fixture(scope="module")
def modest(cast: Cast, offered_for: JSON, price_book: JSON) -> JSON:
    return quote_of(cast, offered_for, price_book, "0.15")


@pytest.fixture(scope="module")
def generous(cast: Cast, modest: JSON, offered_for: JSON, price_book: JSON) -> JSON:
    return quote_of(cast, offered_for, price_book, "0.1501")


@pytest.fixture(scope="module")
def agreed(cast: Cast, generous: JSON) -> JSON:
    """The regional manager agrees to a discount over 15 percent; then the quote goes to the customer."""
    asked = cast.regional.see(generous["approval"])
    cast.regional.do(f"{asked['name']}:approve", {"contentHash": asked["contentHash"], "comment": "同意"})
    approved = cast.seller.see(generous["name"])
    assert approved["state"] == "QUOTE_STATE_APPROVED"
    return cast.seller.do(f"{generous['name']}:send", {"etag": approved["etag"]})


@pytest.fixture(scope="module")
def negotiated(cast: Cast, agreed: JSON, offered_for: JSON) -> JSON:
    """In 合同谈判 the draft and its legal review come by themselves."""
    name = offered_for["name"]
    cast.seller.wait_for(f"{name}:checkGate", lambda gate: not gate["gaps"], stage="negotiation")
    cast.seller.do(f"{name}:move", {"stage": "negotiation"})
    wanted = f'opportunity = "{name}"'
    reviewed = cast.seller.wait_for(
        "contracts", lambda seen: any(each["approval"] for each in seen["contracts"]), filter=wanted
    )
    assert len(reviewed["contracts"]) == 1
    return dict(reviewed["contracts"][0])


@pytest.fixture(scope="module")
def sent(cast: Cast, negotiated: JSON) -> JSON:
    asked = cast.legal.see(negotiated["approval"])
    cast.legal.do(f"{asked['name']}:approve", {"contentHash": asked["contentHash"]})
    approved = cast.seller.see(negotiated["name"])
    assert approved["state"] == "CONTRACT_STATE_APPROVED"
    return cast.seller.do(f"{negotiated['name']}:send", {"etag": approved["etag"]})


@pytest.fixture(scope="module")
def signed(cast: Cast, sent: JSON) -> JSON:
    """The customer opens the one-time link and signs."""
    customer = signer(cast.product)
    shown = customer.see(f"signatureLinks/{sent['token']}")
    assert (shown["buyer"], yuan(shown["amount"])) == (COMPANY, "271169.09")
    intent = {"code": sent["code"], "signerName": "王小明", "intent": "我已阅读并同意签署本合同"}
    customer.do(f"signatureLinks/{sent['token']}:sign", intent)
    return cast.seller.see(sent["contract"]["name"])


def instalments_of(cast: Cast, contract: JSON) -> list[JSON]:
    found = cast.finance.see("instalments", filter=f'contract = "{contract["name"]}"', orderBy="due_date")
    return list(found["instalments"])


@pytest.fixture(scope="module")
def won(cast: Cast, signed: JSON) -> JSON:
    return cast.seller.wait_for(signed["opportunity"], lambda seen: seen["state"] == "OPPORTUNITY_STATE_WON")


@pytest.fixture(scope="module")
def paid(cast: Cast, signed: JSON, won: JSON) -> JSON:
    """Finance books what the bank tells, and allocates it as proposed: the oldest first."""
    for number, instalment in enumerate(instalments_of(cast, signed), start=1):
        told = {
            "externalReference": f"ICBC-2026-{number:04}",
            "method": "RECEIPT_METHOD_TRANSFER",
            "receiveDate": day(TODAY),
            "amount": instalment["amount"],
            "payerName": COMPANY,
            "contract": signed["name"],
        }
        booked = cast.finance.do("receipts", told)
        proposed = cast.finance.see(f"{booked['name']}:previewAllocation")["allocations"]
        wanted = [{"instalment": each["instalment"]["name"], "amount": each["amount"]} for each in proposed]
        cast.finance.do(f"{booked['name']}:allocate", {"allocations": wanted, "etag": booked["etag"]})
    return cast.seller.see(signed["name"])


def test_a_lead_from_the_fair_is_given_to_a_seller_with_a_reason(cast: Cast, lead: JSON) -> None:
    assert lead["ownerReasons"]
    assert cast.seller.see(lead["name"])["companyName"] == COMPANY


def test_the_lead_becomes_account_contact_and_a_submitted_registration_and_nothing_is_typed_twice(
    cast: Cast, lead: JSON, converted: JSON
) -> None:
    seen = cast.manager.see(converted["registration"])
    assert (seen["state"], seen["need"], seen["lead"]) == ("REGISTRATION_STATE_UNDER_REVIEW", NEED, lead["name"])
    assert cast.seller.see(converted["account"])["displayName"] == COMPANY
    assert cast.seller.see(converted["contact"])["displayName"] == "王小明"
    again = cast.seller.refused(f"{lead['name']}:convert")
    assert again["reason"] == "LEAD_CANNOT_CONVERT"


def test_the_manager_reviews_by_five_criteria_and_an_opportunity_is_opened(cast: Cast, registration: JSON) -> None:
    assert (registration["state"], len(registration["verdicts"])) == ("REGISTRATION_STATE_APPROVED", 5)
    opportunity = cast.seller.see(registration["opportunity"])
    assert (opportunity["stage"], opportunity["counts"]) == ("need", True)
    found = cast.seller.see("opportunities", filter=f'account = "{opportunity["account"]}"')
    assert [each["name"] for each in found["opportunities"]] == [opportunity["name"]]


def test_the_stage_is_left_with_the_requirement_document(cast: Cast, offered_for: JSON) -> None:
    assert offered_for["stage"] == "quote"
    proofs = cast.seller.see(f"{offered_for['name']}/evidence")["evidence"]
    assert [proof["fileName"] for proof in proofs] == ["云帆需求说明书.pdf"]
    assert cast.seller.http.get(f"/v1/{proofs[0]['name']}:download").content == PDF


def test_a_discount_of_15_percent_passes_by_itself(modest: JSON) -> None:
    assert (modest["state"], modest["discountDisplay"]) == ("QUOTE_STATE_APPROVED", "85折")
    assert [yuan(modest[each]) for each in ("netTotal", "taxTotal", "grossTotal")] == [
        "255850.00",
        "15351.00",
        "271201.00",
    ]


def test_a_discount_of_15_01_percent_waits_for_the_regional_manager(cast: Cast, generous: JSON) -> None:
    assert generous["state"] == "QUOTE_STATE_PENDING_APPROVAL"
    assert cast.seller.refused(f"{generous['name']}:send")["reason"] == "QUOTE_NOT_APPROVED"


def test_the_agreed_quote_is_sent(agreed: JSON) -> None:
    assert (agreed["state"], yuan(agreed["grossTotal"])) == ("QUOTE_STATE_SENT", "271169.09")


def test_the_negotiation_has_its_draft_and_its_legal_review(negotiated: JSON, agreed: JSON) -> None:
    assert (negotiated["state"], negotiated["quote"]) == ("CONTRACT_STATE_LEGAL_REVIEW", agreed["name"])
    assert (negotiated["buyer"], yuan(negotiated["amount"])) == (COMPANY, "271169.09")


def test_the_contract_is_signed_once_by_its_link(cast: Cast, sent: JSON, signed: JSON) -> None:
    assert signed["state"] in {"CONTRACT_STATE_SIGNED", "CONTRACT_STATE_ACTIVE"}
    assert httpx.get(f"{cast.product.url}/v1/signatureLinks/{sent['token']}").status_code >= 400
    assert cast.seller.http.get(f"/v1/{signed['name']}:download").content.startswith(b"%PDF-")


def test_the_payment_plan_of_30_40_30_is_the_contract_to_the_cent(cast: Cast, signed: JSON) -> None:
    plan = instalments_of(cast, signed)
    assert [yuan(part["amount"]) for part in plan] == ["81350.73", "108467.63", "81350.73"]


def test_signing_wins_the_opportunity_in_its_last_stage(cast: Cast, won: JSON, signed: JSON) -> None:
    assert (won["stage"], won["contract"]) == ("signing", signed["name"])
    assert (won["amountSource"], yuan(won["amount"])) == ("AMOUNT_SOURCE_CONTRACT", "271169.09")
    assert yuan(won["statedAmount"]) == "275000.00"  # the middle of the budget
    visits = cast.seller.see(f"{won['name']}/stageVisits")["stageVisits"]
    assert {visit["stage"] for visit in visits} == {"need", "quote", "negotiation", "signing"}


def test_receipts_pay_the_plan_and_settle_contract_and_opportunity(cast: Cast, paid: JSON, won: JSON) -> None:
    assert (yuan(paid["paid"]), bool(paid["settleTime"])) == ("271169.09", True)
    states = {part["state"] for part in instalments_of(cast, paid)}
    assert states == {"INSTALMENT_STATE_PAID"}
    assert cast.seller.wait_for(won["name"], lambda seen: seen.get("settleTime"))["state"] == "OPPORTUNITY_STATE_WON"


def test_the_statement_of_account_ends_with_nothing_owed(cast: Cast, paid: JSON) -> None:
    days = {
        f"{edge}Date.{part}": getattr(TODAY, part) for edge in ("start", "end") for part in ("year", "month", "day")
    }
    name = f"accountStatements/{paid['account'].partition('/')[2]}"
    stated = cast.finance.see(name, **days)
    assert sum(yuan(each["charged"]) == "108467.63" for each in stated["entries"] if "charged" in each) == 1
    assert yuan(stated["closingBalance"]) == "0.00"
    sent = cast.finance.http.get(f"/v1/{name}:download", params=days)
    assert sent.content.startswith(b"%PDF-")


def test_the_figures_tell_the_story(cast: Cast, paid: JSON) -> None:
    selection = {"selection": WINTER["selection"]}

    def figures(question: str, body: JSON) -> JSON:
        return accepted(cast.director.http.post(f"/v1/figures:{question}", json=body))

    sales = cast.director.until(
        lambda: figures("querySales", selection)["total"], lambda seen: [*map(yuan, seen["received"])] == ["271169.09"]
    )
    assert (sales["orders"], [*map(yuan, sales["signed"])]) == ("1", ["271169.09"])
    whole = dict.fromkeys(
        ("LEAD", "REGISTRATION", "OPPORTUNITY", "NEED", "QUOTE", "NEGOTIATION", "SIGNING", "WON"), "1"
    )

    def counts() -> JSON:
        steps = figures("queryFunnel", WINTER)["total"]["steps"]
        return {step["stage"].removeprefix("FUNNEL_STAGE_"): step["count"] for step in steps}

    assert cast.director.until(counts, lambda seen: seen == whole)


def test_the_customer_is_seen_with_everything_in_one_call(cast: Cast, converted: JSON, paid: JSON, lead: JSON) -> None:
    seen = cast.seller.see(f"customerViews/{converted['account'].partition('/')[2]}")
    assert seen["missing"] == []
    assert (seen["account"]["displayName"], seen["lead"]["name"]) == (COMPANY, lead["name"])
    parts = ("contacts", "registrations", "opportunities", "quotes", "contracts", "instalments", "receipts")
    assert [len(seen[part]) for part in parts] == [1, 1, 1, 2, 1, 0, 3]  # no instalment is open any more
