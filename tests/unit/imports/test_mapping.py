import time

import pytest
from millrace.leads.v1 import lead_import_pb2

from chassis.imports.cells import harmless_cell, is_cut_number
from chassis.imports.mapping import check_columns, guess_columns, heading_key, knows_heading
from chassis.imports.refusals import (
    ImportColumnTwice,
    ImportColumnUnknown,
    ImportFieldTwice,
    ImportFieldUnknown,
    ImportWithoutColumns,
)
from chassis.imports.row_reading import ImportField
from kernel.errors import Refusal
from services.leads.rpc.lead_import_messages import columns_of

FIELDS = (
    ImportField(path="company_name", chinese=("公司名称", "公司"), english=("Company", "Company name")),
    ImportField(path="phone", chinese=("电话", "手机"), english=("Phone", "Mobile"), exact=True),
)


def test_headings_are_compared_without_case_width_blanks_and_notes() -> None:
    assert heading_key(" Company_Name*（必填）") == heading_key("company-name") == "companyname"
    assert heading_key("ＰＨＯＮＥ") == "phone"
    assert heading_key("(备注)") == "(备注)"


@pytest.mark.parametrize(
    "text", ["(" * 131_072, "公司名称" + "(" * 50_000, "公司" * 101], ids=["notes", "note", "long"]
)
def test_a_text_too_long_for_a_heading_costs_nothing_and_is_none(text: str) -> None:
    began = time.process_time()
    assert heading_key(text) == ""
    assert not knows_heading(FIELDS)(text)
    assert guess_columns([text], FIELDS, allows_custom=True) == {}
    assert time.process_time() - began < 0.05


def test_columns_are_guessed_in_both_languages_and_unknown_ones_left_out() -> None:
    assert guess_columns(("序号", "公司名称（必填）", "MOBILE"), FIELDS, allows_custom=False) == {
        2: "company_name",
        3: "phone",
    }


def test_the_first_of_two_columns_for_one_field_gets_it() -> None:
    assert guess_columns(("电话", "手机"), FIELDS, allows_custom=False) == {1: "phone"}


def test_a_custom_field_is_named_by_its_path() -> None:
    headers = ("custom.birth_date", "custom.Bad-Key")
    assert guess_columns(headers, FIELDS, allows_custom=True) == {1: "custom.birth_date"}
    assert guess_columns(headers, FIELDS, allows_custom=False) == {}


@pytest.mark.parametrize(
    ("columns", "refused"),
    [
        ({1: "", 3: "phone"}, ImportColumnUnknown(field="columns[1].column", column=3)),
        ({1: "fax"}, ImportFieldUnknown(field="columns[0].field", value="fax", column=1)),
        ({1: "custom.x"}, ImportFieldUnknown(field="columns[0].field", value="custom.x", column=1)),
        ({2: "phone", 1: "phone"}, ImportFieldTwice(field="columns[1].field", value="phone", column=1)),
    ],
)
def test_a_wrong_choice_of_columns_is_refused_by_its_place_in_the_request(
    columns: dict[int, str], refused: Refusal
) -> None:
    with pytest.raises(type(refused)) as refusal:
        check_columns(columns, ("a", "b"), FIELDS, allows_custom=False)
    assert refusal.value.metadata() == refused.metadata()


def test_to_choose_no_column_at_all_is_refused() -> None:
    with pytest.raises(ImportWithoutColumns):
        check_columns({1: "", 2: ""}, ("a", "b"), FIELDS, allows_custom=False)


def test_a_column_that_is_chosen_twice_is_refused() -> None:
    twice = [lead_import_pb2.LeadImportColumn(column=1, field=each) for each in ("phone", "email")]
    with pytest.raises(ImportColumnTwice) as refusal:
        columns_of(twice)
    assert refusal.value.field == "columns[1].column"


def test_a_chosen_column_may_be_left_out() -> None:
    assert check_columns({1: "", 2: "phone"}, ("a", "b"), FIELDS, allows_custom=False) == {2: "phone"}


def test_a_number_cut_by_a_spreadsheet_is_recognized() -> None:
    assert is_cut_number("1.38E+10")
    assert is_cut_number("1E+11")
    assert not is_cut_number("+86 13800138000")
    assert not is_cut_number("13800138000")


def test_a_cell_that_looks_like_a_formula_is_written_harmless() -> None:
    assert [harmless_cell(text) for text in ("=1", "+1", "-1", "@a", "甲")] == ["'=1", "'+1", "'-1", "'@a", "甲"]
