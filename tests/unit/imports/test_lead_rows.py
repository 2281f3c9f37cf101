from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import services.leads
from chassis.imports.reading import find_shape, read_rows
from chassis.imports.row_reading import ImportField, RowReading, RowRefused
from chassis.imports.rows import RowReader
from chassis.texts import Texts
from services.leads.application.lead_row import pack_row, unpack_row
from services.leads.domain.lead_import.columns import COLUMNS
from services.leads.rpc.lead_import_messages import ImportWording
from services.leads.rpc.lead_import_reading import read_lead_row
from tests.unit.imports.files import a_text_file, a_workbook

SHANGHAI = ZoneInfo("Asia/Shanghai")
WRONG_CELLS = {
    "phone": ("123", "PHONE_UNFIT"),
    "email": ("zhao", "EMAIL_UNFIT"),
    "address.country": ("外星", "CELL_UNREADABLE"),
    "employee_count": ("1.5", "CELL_UNREADABLE"),
    "urgency": ("明天", "CELL_UNREADABLE"),
    "budget": ("$5000", "BUDGET_CURRENCIES_CONTRADICT"),
    "received_time": ("2027-01-01", "LEAD_RECEIVED_IN_FUTURE"),
    "demo_request_time": ("2027-01-01", "DEMO_REQUESTED_IN_FUTURE"),
    "credit_code": ("91330100MA27XF6R2X", "CREDIT_CODE_INVALID"),
    "need": ("\x07", "text.control_characters"),
    "custom.consent_time": ("2026-03-01", "CONSENT_TIME_READ_ONLY"),
}


def problems_of(values: dict[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(RowRefused) as refused:
        read_lead_row(values, zone=SHANGHAI, now=datetime(2026, 11, 30, tzinfo=UTC))
    return [(each.code, each.field) for each in refused.value.problems]


@pytest.mark.parametrize(("path", "text"), [("budget_min", "50万以下"), ("budget_max", "50万以上")])
def test_the_column_of_one_bound_cannot_tell_only_the_other(path: str, text: str) -> None:
    assert problems_of({"company_name": "杭州云帆", path: text}) == [("CELL_UNREADABLE", path)]


@given(st.sets(st.sampled_from(sorted(WRONG_CELLS)), min_size=1))
@example(set(WRONG_CELLS))
def test_a_row_tells_every_cell_that_is_wrong_at_once(wrong: set[str]) -> None:
    values = {"company_name": "杭州云帆", "currency": "人民币"} | {path: WRONG_CELLS[path][0] for path in wrong}
    assert sorted(problems_of(values)) == sorted((WRONG_CELLS[path][1], path) for path in wrong)


def test_what_is_wrong_with_the_row_as_a_whole_is_told_beside_its_cells() -> None:
    values = {"industry": "软件", "urgency": "明天", "budget_min": "20万", "budget_max": "10万"}
    assert problems_of(values) == [
        ("CELL_UNREADABLE", "urgency"),
        ("BUDGET_BOUNDS_CROSSED", "budget_max"),
        ("LEAD_WITHOUT_IDENTITY", ""),
    ]


def test_two_names_that_are_too_long_together_are_told_of_their_column() -> None:
    assert problems_of({"surname": "a" * 60, "given_name": "b" * 60}) == [("string.max_len", "surname")]


def test_a_currency_that_cannot_be_read_is_a_problem_of_its_own_cell() -> None:
    values = {"company_name": "杭州云帆", "budget": "10万", "currency": "贝壳"}
    assert problems_of(values) == [("CELL_UNREADABLE", "currency")]


def rows_of(path: Path, columns: dict[int, str]) -> list[tuple[str, int]]:
    reading = RowReading(
        read=partial(read_lead_row, zone=SHANGHAI, now=datetime(2026, 11, 30, tzinfo=UTC)),
        pack=pack_row,
        unpack=unpack_row,
    )
    fields = [ImportField(path=each.path, chinese=(), english=(), exact=each.exact) for each in COLUMNS]
    rows = list(read_rows(path, find_shape(path, is_known_header=lambda cell: cell == "公司")))
    (read,) = RowReader(fields, columns, reading, longest_custom=1000).read(rows)
    return [(each.code, each.column) for each in read.problems]


def test_a_value_that_a_spreadsheet_lost_hides_no_other_problem(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, "公司,电话,邮箱,国家\n杭州云帆,1.38E+10,zhao,外星\n")
    assert rows_of(path, {1: "company_name", 2: "phone", 3: "email", 4: "address.country"}) == [
        ("NUMBER_CUT_BY_SPREADSHEET", 2),
        ("EMAIL_UNFIT", 3),
        ("CELL_UNREADABLE", 4),
    ]


def test_the_error_of_a_formula_hides_no_other_problem(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["公司", "预算", "员工数"], ["杭州云帆", "#DIV/0!", 1.5]])
    assert rows_of(path, {1: "company_name", 2: "budget", 3: "employee_count"}) == [
        ("CELL_HOLDS_ERROR", 2),
        ("CELL_UNREADABLE", 3),
    ]


def test_a_row_is_not_said_to_lack_what_its_spoiled_cell_tells(tmp_path: Path) -> None:
    path = a_text_file(tmp_path, f"公司,人数\n{'渠' * 300},1.5\n")
    assert rows_of(path, {1: "company_name", 2: "employee_count"}) == [("CELL_TOO_LONG", 1), ("CELL_UNREADABLE", 2)]


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("budget", "USD 5000"),
        ("employee_count", "100-499"),
        ("address.country", "CA"),
        ("received_time", "2026/3/1 14:30"),
        ("currency", "人民币"),
    ],
)
def test_a_cell_that_cannot_be_read_has_an_example_of_one_that_can(locale: str, path: str, example: str) -> None:
    values = {"company_name": "杭州云帆", "budget": "10万"} | {path: "说不清楚"}
    with pytest.raises(RowRefused) as refused:
        read_lead_row(values, zone=SHANGHAI)
    (problem,) = refused.value.problems
    wording = ImportWording(Texts(Path(services.leads.__file__).parent / "messages"), locale)
    sentence = wording.sentence(replace(problem, column=1), ["列"])
    assert example in sentence
    assert "{" not in sentence
    assert "{" not in wording.sentence(replace(problem, column=1, parameters={}), ["列"])
