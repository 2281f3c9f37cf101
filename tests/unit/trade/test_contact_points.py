"""Phones, mails, credit codes and addresses in canonical form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade.address import Address, address_keys
from trade.credit_code import CreditCodeInvalid, check_digit, credit_code, is_credit_code
from trade.emails import email
from trade.phones import Line, phone, phones


@pytest.mark.parametrize(
    ("written", "e164", "extension", "line"),
    [
        ("138 0000 1111", "+8613800001111", "", Line.MOBILE),
        ("＋８６ 138-0000-1111", "+8613800001111", "", Line.MOBILE),
        ("021-61234567-802", "+862161234567", "802", Line.LANDLINE),
        ("(021)6123 4567 转 802", "+862161234567", "802", Line.LANDLINE),
        ("电话：0755-26780808", "+8675526780808", "", Line.LANDLINE),
        ("400-800-1234", "+864008001234", "", Line.TOLL_FREE),
        ("+44 20 7946 0958", "+442079460958", "", Line.LANDLINE),
        ("+1 (212) 555-0123 ext. 5", "+12125550123", "5", Line.OTHER),
    ],
)
def test_a_number_is_read_in_international_form(written: str, e164: str, extension: str, line: Line) -> None:
    read = phone(written)
    assert (read.e164, read.extension, read.line) == (e164, extension, line)


@pytest.mark.parametrize("written", ["12345", "无", "+86 999", "138000011112"])
def test_what_cannot_be_dialled_stays_as_text_with_a_reason(written: str) -> None:
    read = phone(written)
    assert not read.e164
    assert read.text == written
    assert read.problem is not None


def test_a_field_may_hold_several_numbers() -> None:
    assert [each.e164 for each in phones("13800001111 / 021-61234567；13800001111")] == [
        "+8613800001111",
        "+862161234567",
    ]


def test_the_key_is_the_last_eight_digits() -> None:
    assert phone("021-61234567").key == "61234567"


@given(st.integers(min_value=13_000_000_000, max_value=19_999_999_999))
def test_every_way_to_write_a_mobile_gives_one_number(number: int) -> None:
    digits = str(number)
    ways = (digits, f"+86{digits}", f"0086 {digits}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}")
    assert {phone(way).e164 for way in ways} == {f"+86{digits}"}


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (" Anna.Li@ACME.com ", "anna.li@acme.com"),
        ("mailto:john.doe+x@googlemail.com", "johndoe@gmail.com"),
        ("＜li@acme.com＞", "li@acme.com"),
        ("li@华为.com", "li@xn--siqq7j.com"),
    ],
)
def test_one_mailbox_has_one_canonical_form(written: str, canonical: str) -> None:
    assert email(written).canonical == canonical


@pytest.mark.parametrize("written", ["", "anna", "@acme.com", "a..b@acme.com", "anna@acme", "a b@acme.com"])
def test_what_is_no_mailbox_stays_as_text_with_a_reason(written: str) -> None:
    assert email(written).problem is not None


def test_free_mail_tells_nothing_about_a_firm() -> None:
    assert email("12345@qq.com").company_domain == ""
    assert email("li@acme.com").company_domain == "acme.com"
    assert email("sales@acme.com").is_role


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110108551385082Q"])
def test_a_credit_code_with_its_check_digit_holds(code: str) -> None:
    assert credit_code(f" {code[:8]} {code[8:].lower()}") == code


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.integers(0, 17), st.data())
def test_one_wrong_character_breaks_a_credit_code(first: str, place: int, data: st.DataObject) -> None:
    code = first + check_digit(first)
    wrong = data.draw(st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY").filter(lambda letter: letter != code[place]))
    assert is_credit_code(code)
    with pytest.raises(CreditCodeInvalid):
        credit_code(code[:place] + wrong + code[place + 1 :])


def test_a_house_number_written_into_the_street_is_taken_out() -> None:
    chinese = address_keys(Address(line_1="张江路123号", city="上海市"))
    western = address_keys(Address(line_1="12 Ebden Street"))
    assert (chinese.number, chinese.street, chinese.city) == ("123", "张江路", "上海")
    assert (western.number, western.street) == ("12", "ebden street")
