"""What stands on the paper of a contract and of a quote, in both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.money import Money
from services.contracts.application.contract_desk import labels_of
from services.contracts.application.contract_templates import shipped_templates
from services.contracts.domain.contract import Contract, ContractTerms
from services.contracts.domain.contract_paper import contract_paper, quote_paper, record_paper
from services.contracts.domain.offer import Offer, OfferLine
from services.contracts.domain.paper import Paper
from services.contracts.domain.payment_plan import PlanPart
from services.contracts.domain.signature import Evidence
from tests.unit.contracts.test_contract import CONTRACT, NOON
from tests.unit.contracts.test_signature import LINK

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFER = Offer(
    quote=UUID(int=2),
    number="QT-2026-000001",
    revision=2,
    create_time=datetime(2026, 3, 1, 17, 0, tzinfo=UTC),
    opportunity=UUID(int=3),
    account=UUID(int=4),
    owner=None,
    team=None,
    region=None,
    net_total=Money(minor=1_092_537),
    tax_total=Money(minor=142_030),
    gross_total=Money(minor=1_234_567),
    valid_until=date(2026, 3, 31),
    approved=True,
    content_hash=b"",
    lines=(
        OfferLine(
            product="渠成 CRM",
            unit="套",
            quantity=Decimal("10.00"),
            unit_price=Decimal("1214.07"),
            discount=Decimal("0.1"),
            net=Money(minor=1_092_537),
        ),
    ),
)


def offered(language: str) -> Paper:
    return quote_paper(
        OFFER,
        buyer="杭州云帆科技有限公司",
        company="",
        language=language,
        labels=labels_of(language),
        zone=SHANGHAI,
    )


def worded(language: str) -> Contract:
    template = next(each for each in shipped_templates().values() if each.text.language == language)
    terms = ContractTerms(
        language=language,
        template=template.uuid,
        template_version=0,
        clauses=template.text.clauses,
        buyer="杭州云帆科技有限公司",
    )
    return replace(CONTRACT, terms=terms)


def on_paper(language: str, **fields: object) -> Paper:
    contract = replace(worded(language), **fields)  # type: ignore[arg-type]  # the test names fields of a contract
    return contract_paper(contract, OFFER, company="渠成软件有限公司", labels=labels_of(language))


def text_of(paper: Paper) -> str:
    return "\n".join([*(line for each in paper.sections for line in (each.heading, *each.paragraphs))])


def test_the_shipped_templates_need_nothing_but_what_the_service_knows() -> None:
    assert "{{" not in text_of(on_paper("zh")) + text_of(on_paper("en"))


def test_a_chinese_contract_tells_its_amount_in_capitals() -> None:
    text = text_of(on_paper("zh"))
    assert "合同总金额(含税)为 CNY 12,345.67,大写:人民币壹万贰仟叁佰肆拾伍元陆角柒分。" in text
    assert "一、合同双方" in text


def test_an_english_contract_tells_its_amount_in_words() -> None:
    assert "CNY 12,345.67 (CNY Twelve Thousand Three Hundred Forty-Five and 67/100)" in text_of(on_paper("en"))


def test_a_contract_tells_its_term() -> None:
    dated = on_paper("zh", start_date=date(2026, 3, 1), end_date=date(2027, 2, 28))
    assert "期限自 2026-03-01 起至 2027-02-28 止。" in text_of(dated)


def test_the_lines_of_the_quote_are_a_table() -> None:
    table = on_paper("zh").table
    assert table is not None
    assert table.rows == (("渠成 CRM", "套", "10", "1,214.07", "9折", "10,925.37"),)


def test_a_signed_contract_bears_the_record_of_its_signature() -> None:
    evidence = Evidence(signer_name="张伟", intent="我已阅读并同意签署本合同", address="203.0.113.7")
    signature = replace(LINK, evidence=evidence, sign_time=NOON)
    contract, labels = worded("zh"), labels_of("zh")
    paper = record_paper(contract, signature, company="渠成软件有限公司", labels=labels, zone=SHANGHAI)
    assert paper.sections[-1].paragraphs == (
        "签署人: 张伟",
        "签署时间: 2026-03-02T12:00:00+08:00",
        "网络地址: 203.0.113.7",
        "签署意愿: 我已阅读并同意签署本合同",
        "签署文件摘要(SHA-256): 64",
    )


def test_the_plan_that_is_agreed_upon_stands_on_the_paper() -> None:
    parts = tuple(
        PlanPart(key=key, display_name_zh=name, display_name_en=key, share=Decimal(share), days=days, months=months)
        for key, name, share, days, months in (("advance", "预付款", "0.3", 7, 0), ("rest", "尾款", "0.7", 0, 2))
    )
    assert on_paper("zh", payment_parts=parts).sections[-1].paragraphs == (
        "第1期 预付款:CNY 3,703.70,签署后 7 日内支付",
        "第2期 尾款:CNY 8,641.97,签署后 2 个月内支付",
    )


def test_both_languages_have_the_same_labels() -> None:
    assert set(labels_of("zh")) == set(labels_of("en"))


def test_a_quote_on_paper_tells_until_when_it_holds() -> None:
    paper = offered("en")
    assert ("Valid until", "2026-03-31") in paper.facts
    assert paper.title == "Quote"


def test_a_quote_on_paper_tells_its_version_and_the_day_it_was_made_where_the_house_is() -> None:
    paper = offered("zh")
    assert paper.facts[:2] == (("编号", "QT-2026-000001 V2"), ("报价日期", "2026-03-02"))
    assert (paper.number, paper.time) == ("QT-2026-000001 V2", OFFER.create_time)


def test_a_discount_is_told_in_the_words_of_the_language() -> None:
    told = {language: offered(language).table for language in ("zh", "en")}
    assert [table.rows[0][4] for table in told.values() if table] == ["9折", "10%"]
