import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from millrace.leads.v1 import lead_pb2

from chassis.imports.mapping import guess_columns, heading_key
from chassis.imports.reading import find_shape, read_rows
from chassis.imports.row_reading import ImportField, Problem, RowRefused
from chassis.rpc.validation import validate
from kernel.errors import Refusal
from kernel.money import Money
from services.leads.domain.facts import Urgency
from services.leads.domain.lead_import import countries
from services.leads.domain.lead_import.columns import COLUMNS
from services.leads.domain.lead_import.reading import (
    BudgetCurrenciesContradict,
    full_name,
    read_amounts,
    read_country,
    read_instant,
    read_people,
    read_tags,
    read_urgency,
)
from services.leads.domain.lead_import.spans import Unreadable
from services.leads.rpc.lead_import_lengths import longest_cell
from services.leads.rpc.lead_import_reading import read_lead_row
from services.leads.rpc.lead_messages import facts_of
from tests.unit.imports.files import a_workbook
from trade.text import folded

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIELDS = [ImportField(path=each.path, chinese=each.chinese, english=each.english) for each in COLUMNS]


def yuan(amount: int, currency: str = "CNY") -> Money:
    return Money(minor=amount * 100, currency=currency)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("100000", yuan(100_000), yuan(100_000)),
        ("¥100,000.50", Money(minor=10_000_050), Money(minor=10_000_050)),
        ("10万", yuan(100_000), yuan(100_000)),
        ("10-20万", yuan(100_000), yuan(200_000)),
        ("5万至8万元", yuan(50_000), yuan(80_000)),
        ("1.5亿", yuan(150_000_000), yuan(150_000_000)),
        ("USD 5,000", yuan(5000, "USD"), yuan(5000, "USD")),
        ("5000美元", yuan(5000, "USD"), yuan(5000, "USD")),
        ("50k - 80k", yuan(50_000), yuan(80_000)),
        ("10～20万", yuan(100_000), yuan(200_000)),
        ("100－200万", yuan(1_000_000), yuan(2_000_000)),
        ("10萬〜20萬", yuan(100_000), yuan(200_000)),
        ("约30万", yuan(300_000), yuan(300_000)),
        ("20万左右", yuan(200_000), yuan(200_000)),
        ("1 200 000", yuan(1_200_000), yuan(1_200_000)),
        ("5百万", yuan(5_000_000), yuan(5_000_000)),
        ("HK$5,000", yuan(5000, "HKD"), yuan(5000, "HKD")),
        ("GBP 500", yuan(500, "GBP"), yuan(500, "GBP")),
        ("50万以上", yuan(500_000), None),
        ("≥50万", yuan(500_000), None),
        ("50万元以内", None, yuan(500_000)),
        ("不超过50万", None, yuan(500_000)),
        ("面议", None, None),
        ("-", None, None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, least: Money | None, most: Money | None) -> None:
    assert read_amounts(text) == (least, most)


def test_a_currency_column_names_the_currency() -> None:
    assert read_amounts("500", currency="JPY") == (Money(minor=500, currency="JPY"),) * 2


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [("$5000", "港币", "HKD"), ("¥5000", "JPY", "JPY"), ("5000元", "USD", "USD"), ("5000", "人民币", "CNY")],
)
def test_a_sign_that_several_currencies_share_means_that_of_the_column(text: str, currency: str, code: str) -> None:
    least, _ = read_amounts(text, currency=currency)
    assert least is not None
    assert least.currency == code


@pytest.mark.parametrize(("text", "currency"), [("$5000", "人民币"), ("5000欧元", "USD"), ("USD 5000", "EUR")])
def test_currencies_that_contradict_each_other_are_refused(text: str, currency: str) -> None:
    with pytest.raises(BudgetCurrenciesContradict):
        read_amounts(text, currency=currency)


@pytest.mark.parametrize(
    "text", ["about a lot", "-5", "0.001", "1" * 30, "10万到", "1,5万", "10 20万", "100美元-200欧元", "5$200"]
)
def test_an_amount_that_says_something_else_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        read_amounts(text)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("500", 500),
        ("1,200人", 1200),
        ("1 200人", 1200),
        ("100-499人", 100),
        ("100～499人", 100),
        ("500人以上", 500),
        ("1万人", 10_000),
        ("1.2万人", 12_000),
        ("约 500 人", 500),
        ("500余人", 500),
        (">500", 500),
    ],
)
def test_company_size_is_the_least_number_named(text: str, people: int) -> None:
    assert read_people(text) == people


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("2026/3/1 14:30", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        ("2026年3月1日", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("2026年3月1日 14:30", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        ("2026年3月1日14点30分", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        ("2026-03-01T06:30:00Z", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        ("2026-03-01 14:30:05", datetime(2026, 3, 1, 6, 30, 5, tzinfo=UTC)),
    ],
)
def test_dates_without_a_zone_are_the_installations_own(text: str, instant: datetime) -> None:
    assert read_instant(text, zone=SHANGHAI) == instant


@pytest.mark.parametrize("text", ["2026-13-01", "明天", "03/01/26", "", "46082", "0001-01-01"])
def test_a_date_that_could_mean_two_days_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        read_instant(text, zone=SHANGHAI)


@pytest.mark.parametrize(
    "heading",
    ["接收时间", "线索时间", "登记日期", "录入日期（必填）", "Received", "received at", "Lead Date", "received_time"],
)
def test_a_column_that_tells_when_the_customer_made_contact_is_known(heading: str) -> None:
    assert guess_columns([heading], FIELDS, allows_custom=True) == {1: "received_time"}


@pytest.mark.parametrize(
    ("cell", "received"),
    [
        (date(2026, 3, 1), datetime(2026, 2, 28, 16, tzinfo=UTC)),
        (datetime(2026, 3, 1, 14, 30), datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),  # noqa: DTZ001 - as a workbook keeps it
    ],
)
def test_a_date_of_a_workbook_is_the_installations_own(tmp_path: Path, cell: date, received: datetime) -> None:
    path = a_workbook(tmp_path, [["公司", "接收时间"], ["杭州云帆", cell]])
    (row,) = read_rows(path, find_shape(path, is_known_header=lambda heading: heading == "公司"))
    read = read_lead_row(dict(zip(("company_name", "received_time"), row.cells, strict=True)), zone=SHANGHAI)
    assert read.facts.received_time == received


def test_a_received_time_that_cannot_be_read_is_a_problem_of_its_own_cell() -> None:
    with pytest.raises(RowRefused) as refused:
        read_lead_row({"company_name": "杭州云帆", "received_time": "上个月"}, zone=SHANGHAI)
    assert refused.value.problems == (
        Problem(code="CELL_UNREADABLE", field="received_time", parameters={"expected": "instant"}),
    )


@pytest.mark.parametrize(("field", "text"), [("email", "anna.yunfan.example"), ("phone", "123")])
def test_an_address_that_reaches_nobody_is_seen_before_a_row_is_taken_in(field: str, text: str) -> None:
    with pytest.raises(RowRefused) as refused:
        read_lead_row({"company_name": "杭州云帆", field: text}, zone=SHANGHAI)
    assert [(each.code, each.field) for each in refused.value.problems] == [(f"{field.upper()}_UNFIT", field)]


@pytest.mark.parametrize("heading", ["统一社会信用代码", "信用代码", "税号", "Credit code", "tax id", "credit_code"])
def test_a_column_of_credit_codes_is_known(heading: str) -> None:
    assert guess_columns([heading], FIELDS, allows_custom=True) == {1: "credit_code"}


def test_a_credit_code_that_does_not_hold_is_a_problem_of_its_own_cell() -> None:
    read = read_lead_row({"company_name": "杭州云帆", "credit_code": "91330100ma27xf6r2r"}, zone=SHANGHAI)
    assert read.facts.credit_code == "91330100MA27XF6R2R"
    with pytest.raises(RowRefused) as refused:
        read_lead_row({"company_name": "杭州云帆", "credit_code": "91330100MA27XF6R2X"}, zone=SHANGHAI)
    assert [(each.code, each.field) for each in refused.value.problems] == [("CREDIT_CODE_INVALID", "credit_code")]


def test_a_list_cannot_tell_when_somebody_agreed() -> None:
    with pytest.raises(RowRefused) as refused:
        read_lead_row({"company_name": "杭州云帆", "custom.consent_time": "2026-03-01"}, zone=SHANGHAI)
    assert [(p.code, p.field) for p in refused.value.problems] == [("CONSENT_TIME_READ_ONLY", "custom.consent_time")]


@pytest.mark.parametrize("read", [read_people, read_amounts, partial(read_instant, zone=SHANGHAI)])
@pytest.mark.parametrize(
    "text",
    ["1" * 5000, "1" * 100_000 + "x", "-" * 100_000 + "\n", "2026-01-01 " + "1" * 100_000],
    ids=["number", "people", "range", "date"],
)
def test_a_text_that_is_longer_than_any_number_is_not_even_looked_at(read: Callable[[str], object], text: str) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        read(text)
    assert time.process_time() - began < 0.05


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("company_name", 200),
        ("phone", 40),
        ("surname", 100),
        ("address.postal_code", 20),
        ("employee_count", 64),
        ("need", 4000),
        ("tags", 2100),
        ("custom.date_of_birth", 1000),
    ],
)
def test_a_cell_may_be_as_long_as_the_contract_lets_its_field_be(path: str, limit: int) -> None:
    assert longest_cell(path) == limit


def test_words_for_urgency_country_tags_and_names() -> None:
    assert (read_urgency("紧急"), read_urgency("Low")) == (Urgency.HIGH, Urgency.LOW)
    assert (read_country("中国"), read_country("de")) == ("CN", "DE")
    assert read_tags("展会，VIP; 展会、 ") == ("展会", "VIP")
    assert full_name(surname="王", given_name="小明") == "王小明"
    assert full_name(surname="Smith", given_name="Ann") == "Ann Smith"
    assert full_name(surname="王", given_name="") == "王"


@pytest.mark.parametrize(
    "text", ["加拿大", "印度", "中國", "台湾省", "德國", "Canada", "canada", "CAN", "ca", "Côte d’Ivoire", "U.S.A."]
)
def test_every_country_is_known_by_the_names_people_write(text: str) -> None:
    codes = {
        "加拿大": "CA",
        "印度": "IN",
        "中國": "CN",
        "台湾省": "TW",
        "德國": "DE",
        "U.S.A.": "US",
        "Côte d’Ivoire": "CI",
    }
    assert read_country(text) == codes.get(text, "CA")


def test_what_no_country_is_called_by_is_not_guessed() -> None:
    for text in ("ZZ", "外星", "华东"):
        with pytest.raises(Unreadable):
            read_country(text)


def test_no_name_means_two_countries() -> None:
    lines = (Path(countries.__file__).parent / "countries.txt").read_text(encoding="utf-8").splitlines()
    names = [name for line in lines if not line.startswith("#") for name in line.split("|")]
    assert len(names) == len(set(names)) > 249 * 3
    assert [name for name in names if not name.isupper() and folded(name) != name] == []


_LATIN = st.text(st.sampled_from("abcÄÖÜäéíñçøßŁżабвİ '-"), min_size=1, max_size=12).map(str.strip).filter(bool)
_HAN = st.text(st.sampled_from("王李欧阳小明静伟𠮷"), min_size=1, max_size=4)


@given(surname=_LATIN, given_name=_LATIN)
@example(surname="Müller", given_name="Jürgen")
@example(surname="García", given_name="José")
def test_a_name_in_letters_has_its_given_name_first_and_a_blank(surname: str, given_name: str) -> None:
    assert full_name(surname=surname, given_name=given_name) == f"{given_name} {surname}"


@given(surname=_HAN, given_name=_HAN)
def test_a_chinese_name_has_its_surname_first_and_no_blank(surname: str, given_name: str) -> None:
    assert full_name(surname=surname, given_name=given_name) == surname + given_name


@given(
    st.integers(1, 10**9),
    st.sampled_from(["{:,}", "{}", "{:,} ", "约{}", "{}左右", "~{}"]),
    st.sampled_from(["", "元", "人民币"]),
)
@example(number=2**31, form="{}", unit="")
def test_a_number_is_the_same_however_it_is_written(number: int, form: str, unit: str) -> None:
    assert read_amounts(form.format(number) + unit) == (yuan(number), yuan(number))
    if number < 2**31:
        assert read_people(form.format(number) + ("人" if unit else "")) == number


@given(
    st.lists(st.integers(1, 99), min_size=3, max_size=5), st.sampled_from(["-", "~", "至", " ", ", ", "万", "$", "人"])
)
def test_three_numbers_in_a_cell_are_not_guessed(numbers: list[int], between: str) -> None:
    text = between.join(map(str, numbers))
    for read in (read_amounts, read_people):
        with pytest.raises(Unreadable):
            read(text)


@pytest.mark.parametrize("text", ["50人以下", "<50", "不超过50人", "不详"])
def test_a_size_that_tells_no_least_is_left_out(text: str) -> None:
    assert read_people(text) is None
    assert read_lead_row({"company_name": "杭州云帆", "employee_count": text}, zone=SHANGHAI).facts.employee_count == 0


@pytest.mark.parametrize("text", ["1.5", "5人200", "499-100", "几十人", "100-499人以上"])
def test_a_size_that_is_no_number_of_people_is_not_guessed(text: str) -> None:
    with pytest.raises(Unreadable):
        read_people(text)


def test_no_heading_means_two_fields() -> None:
    headings = [heading for column in COLUMNS for heading in (column.path, *column.chinese, *column.english)]
    keys = [heading_key(heading) for heading in headings]
    repeated = {key for key in keys if keys.count(key) > 1}
    paths = {heading_key(column.path) for column in COLUMNS}
    assert repeated <= paths


_TOLD = st.dictionaries(
    st.sampled_from(["company_name", "contact_name", "phone", "email", "need", "address.city", "address.postal_code"]),
    st.text(st.sampled_from("渠成 a9\t\n\x07\u202e\u3000"), max_size=110).filter(lambda text: text != ""),
)


@given(_TOLD)
@example({"company_name": "渠" * 200, "address.postal_code": "9" * 20})
@example({"company_name": "渠" * 201})
@example({"phone": " "})
@example({"company_name": "渠", "need": " 渠 ", "address.city": " "})
def test_a_row_of_plain_texts_is_judged_as_the_message_that_says_the_same(told: dict[str, str]) -> None:
    message = lead_pb2.Lead()
    for path, text in told.items():
        part = path.removeprefix("address.")
        setattr(message if part == path else message.address, part, text)
    try:
        validate(message)
        expected = facts_of(message)
        expected.check_reach()
    except Refusal:
        with pytest.raises(RowRefused):
            read_lead_row(told, zone=SHANGHAI)
    else:
        assert read_lead_row(told, zone=SHANGHAI).facts == expected
