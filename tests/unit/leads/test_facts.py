"""What is taken of what people say about a customer, and what is refused as nonsense."""

from datetime import UTC, datetime

import pytest

from services.leads.domain.facts import EmailUnfit, LeadFacts, LeadReceivedTooEarly, PhoneUnfit


@pytest.mark.parametrize("phone", ["12", "转 12", "+1", "abc", "wudi@x.example"])
def test_a_phone_of_fewer_than_5_digits_is_none(phone: str) -> None:
    with pytest.raises(PhoneUnfit):
        LeadFacts(company_name="云帆", phone=phone).check_reach()


@pytest.mark.parametrize("email", ["not-a-mail", "zhang@", "@yunfan.example", "zhang wei", "a@b"])
def test_a_mail_address_needs_a_domain(email: str) -> None:
    with pytest.raises(EmailUnfit):
        LeadFacts(company_name="云帆", email=email).check_reach()


@pytest.mark.parametrize(
    ("phone", "email"),
    [("95588", "zhang@云帆.cn"), ("无", "无"), ("", "-"), ("微信同号", "a@b.cn; c@d.cn"), ("138 0013 8000", "")],
)
def test_what_people_write_is_kept(phone: str, email: str) -> None:
    facts = LeadFacts(company_name="云帆", phone=phone, email=email)
    facts.check_reach()
    assert (facts.phone, facts.email) == (phone, email)


def test_nobody_made_contact_before_1990() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    LeadFacts(company_name="云帆", received_time=datetime(1990, 1, 1, tzinfo=UTC)).check_received(now=now)
    with pytest.raises(LeadReceivedTooEarly):
        LeadFacts(company_name="云帆", received_time=datetime(1, 1, 1, tzinfo=UTC)).check_received(now=now)
