"""The life of one opportunity, told through HTTP alone: what is seen at each step of the story in `conftest.py`."""

import httpx

from tests.e2e.actors import JSON, accepted, yuan
from tests.e2e.life.conftest import COMPANY, NEED, PDF, TODAY, WINTER, Cast, instalments_of


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
    # As long as nothing is learnt from, the chance to win is that of the stage.
    assert (opportunity["winChance"]["probability"], yuan(opportunity["expectedAmount"])) == (0.2, "55000.00")
    assert (len(opportunity["winChance"]["silence"]), cast.seller.see("winModel")["name"]) == (1, "winModel")
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
