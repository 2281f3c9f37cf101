"""Texts in two languages, and values where they must not stand."""

import hashlib
import hmac
from pathlib import Path

import pytest

from chassis.logs import redact
from chassis.masking import digest, mask, masked_email, masked_phone, set_key
from chassis.texts import Texts, locale_of


@pytest.mark.parametrize(
    ("accepted", "locale"), [("zh-CN,zh;q=0.9", "zh"), ("en-US,en;q=0.8", "en"), ("fr,en;q=0.5", "en"), ("", "zh")]
)
def test_the_first_language_we_speak_is_taken(accepted: str, locale: str) -> None:
    assert locale_of(accepted) == locale


def test_a_text_names_the_fields_of_its_refusal() -> None:
    assert Texts().render("NOT_ALLOWED", {"permission": "leads.write"}, "en").endswith("leads.write")


def test_the_words_of_a_value_may_name_other_parameters_and_what_somebody_typed_may_not(tmp_path: Path) -> None:
    words = 'GONE = "{what} {near}"\n"GONE.what.key" = "no key {name} at"\n'
    (tmp_path / "en.toml").write_text(words, encoding="utf-8")
    (tmp_path / "zh.toml").write_text(words, encoding="utf-8")
    told = Texts(tmp_path).render("GONE", {"what": "key", "name": "colour", "near": "{name}"}, "en")
    assert told == "no key colour at {name}"


def test_both_languages_have_the_same_reasons() -> None:
    assert Texts().reasons("zh") == Texts().reasons("en")


@pytest.mark.parametrize(("value", "masked"), [("13800138000", "138…00"), ("王小明", "王…明"), ("李", "李…")])
def test_a_masked_value_keeps_its_ends_only(value: str, masked: str) -> None:
    assert mask(value) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("138 0013 8000", "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("008613800138000", "138****8000"),
        ("0571-88886666", "057****6666"),
        ("88886666", "****66"),
        ("110", "****"),
        ("ask Anna", "****"),
    ],
)
def test_a_masked_phone_keeps_its_ends_only(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [("wang@yunfan.example", "w***@yunfan.example"), ("@x.example", "***@x.example"), ("wang", "***")],
)
def test_a_masked_mail_address_keeps_one_letter_and_the_domain(email: str, masked: str) -> None:
    assert masked_email(email) == masked


def test_the_digest_depends_on_the_key() -> None:
    set_key("a" * 32)
    first = digest("13800138000")
    set_key("b" * 32)
    assert digest("13800138000") != first


def test_the_digest_is_an_hmac_that_anybody_can_recompute() -> None:
    set_key("a" * 32)
    key = hashlib.sha256(b"millrace audit digest" + b"a" * 32).digest()
    assert digest("渠成科技") == hmac.new(key, "渠成科技".encode(), "sha256").hexdigest()[:32]


def test_logs_drop_tokens_mails_and_phones() -> None:
    event = redact(None, "", {"token": "abc", "note": "call +86 13800138000 or wang@yunfan.example", "count": 3})
    assert event == {"token": "…", "note": "call … or …", "count": 3}
