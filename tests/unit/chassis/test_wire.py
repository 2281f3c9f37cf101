"""Amounts, days and names pass the wire unchanged, and what no domain value can hold is refused by its field."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as MoneyMessage
from hypothesis import given
from hypothesis import strategies as st
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.campaign_pb2 import Campaign
from millrace.leads.v1.lead_pb2 import Lead
from millrace.pipeline.v1.contact_pb2 import Contact

from chassis.texts import Texts
from chassis.wire import (
    MaskPathUnfit,
    changed_fields,
    changed_paths,
    date_message,
    date_of,
    instant,
    instant_of,
    money_message,
    money_of,
    named,
    numbers,
    reference,
    required_version,
    uuid_of,
)
from kernel.errors import FieldNotDate, InvalidField
from kernel.money import Money
from services.leads.domain.lead_state import LeadState

SOMEBODY = UUID(int=7)


@given(st.integers(0, 2**53 - 1), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_an_amount_comes_back_as_it_was_sent(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert money_of(money_message(money), field="budget") == money


@pytest.mark.parametrize(
    ("amount", "reason", "said"),
    [
        (MoneyMessage(currency_code="JPY", units=1, nanos=500_000_000), "MONEY_TOO_FINE", "JPY"),
        (MoneyMessage(currency_code="CNY", units=1, nanos=1_000_000), "MONEY_TOO_FINE", "2"),
        (MoneyMessage(currency_code="CNY", units=-1), "MONEY_NEGATIVE", "lead.budget_min"),
        (MoneyMessage(currency_code="人民币", units=1), "MONEY_CURRENCY_UNKNOWN", "人民币"),
        (MoneyMessage(currency_code="ZZZ", units=1), "MONEY_CURRENCY_UNKNOWN", "CNY"),
        (MoneyMessage(currency_code="CNY", units=2**53), "MONEY_TOO_LARGE", "lead.budget_min"),
    ],
    ids=["half a yen", "a tenth of a fen", "negative", "no code", "a currency nobody has", "beyond what is exact"],
)
def test_an_amount_that_cannot_be_kept_exactly_is_refused_and_says_why(
    amount: MoneyMessage, reason: str, said: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        money_of(amount, field="lead.budget_min")
    assert (refusal.value.reason, refusal.value.field) == (reason, "lead.budget_min")
    for locale in ("zh", "en"):
        text = Texts().render(reason, refusal.value.metadata(), locale)
        assert said in text
        assert "{" not in text


def test_the_path_of_a_mask_that_cannot_be_changed_is_named() -> None:
    assert changed_paths(FieldMask(paths=["need", "address.city"]), Lead) == ["need", "address.city"]
    for path in ("grade", "name", "etag", "*", "nothing", "address.nothing", "need.length"):
        with pytest.raises(MaskPathUnfit) as refusal:
            changed_paths(FieldMask(paths=["need", path]), Lead)
        assert refusal.value.metadata() == {"field": "update_mask", "path": path}
    with pytest.raises(InvalidField):
        changed_paths(FieldMask(), Lead)


def test_what_is_fixed_for_good_cannot_be_changed() -> None:
    with pytest.raises(MaskPathUnfit) as refusal:
        changed_paths(FieldMask(paths=["account"]), Contact)
    assert refusal.value.metadata() == {"field": "update_mask", "path": "account"}


def test_a_field_that_is_changed_as_a_whole_is_not_changed_in_part() -> None:
    assert changed_fields(FieldMask(paths=["budget"]), Campaign) == {"budget"}
    with pytest.raises(MaskPathUnfit) as refusal:
        changed_fields(FieldMask(paths=["budget.units"]), Campaign)
    assert refusal.value.metadata() == {"field": "update_mask", "path": "budget.units"}


def test_a_day_comes_back_and_the_thirtieth_of_february_is_refused() -> None:
    sent = date_message(date(2026, 2, 28))
    assert sent is not None
    assert date_of(sent, field="campaign.start_date") == date(2026, 2, 28)
    with pytest.raises(InvalidField):
        date_of(Date(year=2026, month=2, day=30), field="campaign.start_date")


def test_an_instant_comes_back_and_one_beyond_the_year_9999_is_refused() -> None:
    noon = datetime(2026, 3, 2, 4, 0, 0, 5, tzinfo=UTC)
    sent = instant(noon)
    assert sent is not None
    assert instant_of(sent, field="lead.received_time") == noon
    with pytest.raises(InvalidField) as refusal:
        instant_of(Timestamp(seconds=2**38), field="lead.received_time")
    assert refusal.value.field == "lead.received_time"


def test_a_name_comes_back_as_its_id_and_nothing_as_nothing() -> None:
    assert uuid_of(named("members", SOMEBODY)) == SOMEBODY
    assert reference(named("members", None), field="owner") is None
    assert reference(named("channels", SOMEBODY), field="channel", collection="channels") == SOMEBODY


@pytest.mark.parametrize("name", ["展会", f"regions/{SOMEBODY}", str(SOMEBODY), "channels/展会"])
def test_what_names_no_resource_of_the_collection_is_refused_with_how_it_is_written(name: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        reference(name, field="lead.channel", collection="channels")
    assert (refusal.value.reason, refusal.value.field) == ("REFERENCE_UNFIT", "lead.channel")
    for locale in ("zh", "en"):
        assert "channels/" in Texts().render("REFERENCE_UNFIT", refusal.value.metadata(), locale)


@pytest.mark.parametrize("etag", ["", "-1", "1.5", "W/1"])
def test_an_etag_that_is_no_version_is_refused(etag: str) -> None:
    with pytest.raises(InvalidField):
        required_version(etag, field="lead.etag")


@pytest.mark.parametrize(("minor", "units", "nanos"), [(-50, 0, -500_000_000), (-150, -1, -500_000_000), (-200, -2, 0)])
def test_both_parts_of_an_amount_below_nothing_bear_the_sign(minor: int, units: int, nanos: int) -> None:
    assert money_message(Money(minor=minor)) == MoneyMessage(currency_code="CNY", units=units, nanos=nanos)


@pytest.mark.parametrize("told", [Date(), Date(year=2026, month=2, day=30), Date(year=2026, month=3)])
def test_a_day_that_no_calendar_has_is_refused_with_a_word_on_days(told: Date) -> None:
    with pytest.raises(FieldNotDate) as refused:
        date_of(told, field="instalment.due_date")
    assert (refused.value.reason, refused.value.field) == ("FIELD_NOT_DATE", "instalment.due_date")


def test_every_value_of_an_enumeration_has_its_number_and_nothing_has_none() -> None:
    told = numbers(LeadState, lead_pb2.LeadState)
    assert told[None] == lead_pb2.LEAD_STATE_UNSPECIFIED
    assert told[LeadState.CONVERTED] == lead_pb2.LEAD_STATE_CONVERTED
    assert set(told) == {None, *LeadState}
