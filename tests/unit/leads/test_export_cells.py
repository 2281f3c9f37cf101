"""A lead in the cells of an export: in the reader's words, masked as in a list, and fit to be imported again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import services.leads
from chassis.exports import Cell
from chassis.imports.mapping import guess_columns
from chassis.imports.row_reading import ImportField
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.texts import Texts
from kernel.money import Money
from services.leads.application.reading import ShownLead
from services.leads.domain.exporting import COLUMNS, USUAL
from services.leads.domain.facts import Address, Urgency
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.lead_import.columns import COLUMNS as IMPORTED
from services.leads.domain.lead_import.reading import read_amounts, read_instant, read_urgency
from services.leads.rpc.export_cells import Sheet
from tests.unit.leads.builders import ANNA, NOON, a_lead
from trade.budget import Budget
from trade.industries import industry_code
from trade.probability import Score

TEXTS = Texts(Path(services.leads.__file__).parent / "messages")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = {f"members/{ANNA}": "安娜", f"channels/{UUID(int=7)}": "官网"}
SEEING = ("leads.see_contact", "leads.see_money")


def sheet(*columns: str, locale: str = "zh", may: tuple[str, ...] = SEEING) -> Sheet:
    principal = Principal(subject=f"members/{ANNA}", grants=dict.fromkeys(may, Scope.ALL))
    call = Call(principal=principal, method="/x", now=NOON, locale=locale)
    return Sheet(columns, call=call, texts=TEXTS, names=NAMES, zone=SHANGHAI)


def cells(lead: Lead, *columns: str, intent: Score | None = None, **reader: Any) -> list[Cell]:
    (row,) = sheet(*columns, **reader).rows([ShownLead(lead=lead, intent=intent)])
    return row


def told(lead: Lead, column: str, **reader: Any) -> Cell:
    return cells(lead, column, **reader)[0]


def rich() -> Lead:
    lead = a_lead(
        contact_name="王小明",
        phone="138 0013 8000",
        email="wang@yunfan.example",
        address=Address(province="浙江省", city="杭州市", country="CN"),
        industry="manufacturing",
        employee_count=120,
        urgency=Urgency.HIGH,
        budget=Budget(least=Money(minor=10_000_050), most=Money(minor=20_000_000)),
        received_time=datetime(2026, 3, 1, 1, 30, tzinfo=UTC),
        channel=UUID(int=7),
        tags=("重点", "华东"),
        custom={"size": "large"},
    )
    return replace(lead, owner=ANNA, grade=Grade.A)


def test_a_cell_tells_names_words_and_local_times_and_no_ids_or_codes() -> None:
    columns = ("owner", "channel", "state", "grade", "urgency", "industry", "received_time", "tags")
    assert cells(rich(), *columns) == ["安娜", "官网", "新线索", "A", "高", "制造业", "2026-03-01 09:30", "重点、华东"]
    english = cells(rich(), "state", "urgency", "industry", "tags", locale="en")
    assert english == ["new", "High", "manufacturing", "重点, 华东"]


def test_amounts_and_counts_are_numbers() -> None:
    row = cells(rich(), "employee_count", "budget_min", "budget_max", "currency")
    assert [str(each) for each in row] == ["120", "100000.5", "200000", "CNY"]
    assert [type(each).__name__ for each in row] == ["int", "Decimal", "Decimal", "str"]


def test_what_is_unknown_is_an_empty_cell() -> None:
    columns = ("phone", "owner", "urgency", "budget_min", "currency", "employee_count", "demo_request_time", "grade")
    assert [each or "" for each in cells(a_lead(), *columns)] == [""] * len(columns)


def test_who_may_not_see_contacts_and_money_takes_none_out() -> None:
    columns = ("phone", "email", "budget_min", "budget_max", "currency")
    assert cells(rich(), *columns, may=()) == ["138****8000", "w***@yunfan.example", None, None, ""]
    assert cells(rich(), "phone", "email") == ["138 0013 8000", "wang@yunfan.example"]


def test_a_custom_field_is_told_under_the_key_an_import_knows() -> None:
    assert told(rich(), "custom.size") == "large"
    assert told(rich(), "custom.other") == ""
    assert sheet("custom.size").headings == ["custom.size"]


def test_the_intent_is_a_number_or_nothing() -> None:
    score = Score(probability=0.25678, model=1, time=NOON)
    assert str(cells(rich(), "intent", intent=score)[0]) == "0.257"
    assert cells(rich(), "intent")[0] is None


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_column_has_a_heading_and_no_two_the_same(locale: str) -> None:
    headings = sheet(*COLUMNS, locale=locale).headings
    assert not set(headings) & set(COLUMNS)
    assert len(set(headings)) == len(COLUMNS)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_an_exported_list_is_imported_again_by_its_headings(locale: str) -> None:
    fields = [ImportField(path=each.path, chinese=each.chinese, english=each.english) for each in IMPORTED]
    headings = sheet(*USUAL, locale=locale).headings
    guessed = guess_columns(headings, fields, allows_custom=True)
    taken = {USUAL[number - 1]: path for number, path in guessed.items() if path}
    importable = {each.path for each in IMPORTED}
    assert taken == {column: column for column in USUAL if column in importable}


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_cell_is_read_back_as_what_it_was_written_from(locale: str) -> None:
    lead = rich()
    assert read_urgency(str(told(lead, "urgency", locale=locale))) is Urgency.HIGH
    assert industry_code(str(told(lead, "industry", locale=locale))) == "manufacturing"
    assert read_instant(str(told(lead, "received_time", locale=locale)), zone=SHANGHAI) == lead.facts.received_time
    assert read_amounts(str(told(lead, "budget_min", locale=locale)), currency="CNY")[0] == lead.facts.budget.least


def test_every_column_can_be_read_off_any_lead() -> None:
    assert len(cells(a_lead(), *COLUMNS)) == len(cells(rich(), *COLUMNS)) == len(COLUMNS)
