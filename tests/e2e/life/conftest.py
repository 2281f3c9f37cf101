"""The life of one opportunity, played through HTTP alone: from a visiting card at a fair to the money in the bank.

Each step is a fixture that needs the one before, so that a failure names the step; every command is sent twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.actors import JSON, Actor, actor, day, member, money, signer, yuan
from tests.support.homes import Homes
from tests.support.product import Product

COMPANY = "杭州云帆科技有限公司"
PERSON = ("王小明", "13800138000", "138 0013 8000", "wang.xiaoming")  # the buyer, in every form he is written
NEED = "为 301 名销售上线商机与合同管理系统，替换现有表格，需与金蝶对接，年底前完成验收。"
PDF = b"%PDF-1.7 " + "云帆客户需求说明书".encode()
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()  # the day of the house
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


@pytest.fixture(scope="package")
def cast(homes: Homes) -> Iterator[Cast]:
    with homes.started_once() as home:
        product = Product(home).start()
        roles = ("administrator", "marketing", "sales_director", "legal", "finance")
        yield Cast(product, *(actor(product, role) for role in roles))
        product.stop()


@pytest.fixture(scope="package")
def lead(cast: Cast) -> JSON:
    """Marketing brings a visiting card home from the fair."""
    channel = cast.marketing.do("channels", {"displayName": "杭州数博会", "kind": "CHANNEL_KIND_EXHIBITION"})
    regions = {each["displayName"]: each["name"] for each in cast.administrator.see("regions")["regions"]}
    told = {
        "companyName": COMPANY,
        "contactName": "王小明",
        "jobTitle": "采购经理",
        "phone": "138 0013 8000",
        "email": "wang.xiaoming@yunfan.example",
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


@pytest.fixture(scope="package")
def converted(cast: Cast, lead: JSON) -> JSON:
    choice = {"expectedCloseDate": day(TODAY + timedelta(days=60)), "followUpState": "FOLLOW_UP_STATE_FIRST_CONTACT"}
    cast.seller.do(f"{lead['name']}:convert", choice, same=("name",))
    done = cast.seller.wait_for(lead["name"], lambda seen: seen["state"] == "LEAD_STATE_CONVERTED")
    return dict(done["conversion"])


@pytest.fixture(scope="package")
def registration(cast: Cast, converted: JSON) -> JSON:
    """The manager judges the five criteria of what was submitted by itself."""
    seen = cast.manager.see(converted["registration"])
    judged = {"outcome": "REVIEW_OUTCOME_APPROVE", "verdicts": VERDICTS, "contentHash": seen["contentHash"]}
    return cast.manager.do(f"{seen['name']}:review", judged)


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def modest(cast: Cast, offered_for: JSON, price_book: JSON) -> JSON:
    return quote_of(cast, offered_for, price_book, "0.15")


@pytest.fixture(scope="package")
def generous(cast: Cast, modest: JSON, offered_for: JSON, price_book: JSON) -> JSON:
    return quote_of(cast, offered_for, price_book, "0.1501")


@pytest.fixture(scope="package")
def agreed(cast: Cast, generous: JSON) -> JSON:
    """The regional manager agrees to a discount over 15 percent; then the quote goes to the customer."""
    asked = cast.regional.see(generous["approval"])
    cast.regional.do(f"{asked['name']}:approve", {"contentHash": asked["contentHash"], "comment": "同意"})
    approved = cast.seller.see(generous["name"])
    assert approved["state"] == "QUOTE_STATE_APPROVED"
    return cast.seller.do(f"{generous['name']}:send", {"etag": approved["etag"]})


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def sent(cast: Cast, converted: JSON, negotiated: JSON) -> JSON:
    """Sent to be signed by the buyer, whom the lead brought."""
    asked = cast.legal.see(negotiated["approval"])
    cast.legal.do(f"{asked['name']}:approve", {"contentHash": asked["contentHash"]})
    approved = cast.seller.see(negotiated["name"])
    assert approved["state"] == "CONTRACT_STATE_APPROVED"
    return cast.seller.do(f"{negotiated['name']}:send", {"etag": approved["etag"], "contact": converted["contact"]})


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def won(cast: Cast, signed: JSON) -> JSON:
    return cast.seller.wait_for(signed["opportunity"], lambda seen: seen["state"] == "OPPORTUNITY_STATE_WON")


@pytest.fixture(scope="package")
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
