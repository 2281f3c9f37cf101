"""Who is behind a lead is known by a token that we gave, and by no other."""

from uuid import UUID

import pytest

from services.leads.domain.visitors import lead_of_visitor, visitor_token

KEY, LEAD = b"visitors", UUID("018f0000-0000-7000-8000-000000000001")


def test_a_token_leads_back_to_its_lead_and_fits_into_an_address() -> None:
    token = visitor_token(KEY, LEAD)
    assert lead_of_visitor(KEY, token) == LEAD
    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("token", ["", "a", "线索", "=", "A" * 43, "A" * 1000, str(LEAD)])
def test_what_we_did_not_give_is_nobody(token: str) -> None:
    assert lead_of_visitor(KEY, token) is None


def test_a_token_of_another_lead_or_another_installation_is_nobody() -> None:
    token, other = visitor_token(KEY, LEAD), visitor_token(KEY, UUID(int=2))
    assert lead_of_visitor(KEY, other[:21] + token[21:]) is None
    assert lead_of_visitor(b"other", token) is None
