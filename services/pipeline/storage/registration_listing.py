"""What registrations can be filtered and sorted by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column

from chassis.listing import Field, Listing, Order, choice, coded, instant, reference, text
from services.pipeline.domain.registration import RegistrationState
from services.pipeline.domain.registration_facts import FollowUpState
from services.pipeline.storage.registration_tables import REGISTRATIONS
from trade.industries import industries_called, industry_code

_COLUMNS = REGISTRATIONS.c


def _day(column: Column[Any]) -> Field:
    """A day (ISO 8601)."""
    return Field(column, date.fromisoformat, frozenset({"=", "!=", "<", "<=", ">", ">="}))


LISTING = Listing(
    fields={
        "state": choice(_COLUMNS.state, {f"REGISTRATION_STATE_{each.name}": each.value for each in RegistrationState}),
        "follow_up_state": choice(
            _COLUMNS.follow_up_state, {f"FOLLOW_UP_STATE_{each.name}": each.value for each in FollowUpState}
        ),
        "company_name": text(_COLUMNS.company_name),
        "industry": coded(_COLUMNS.industry, code=industry_code, called=industries_called),
        "owner": reference(_COLUMNS.owner, "members"),
        "team": reference(_COLUMNS.team, "teams"),
        "region": reference(_COLUMNS.region, "regions"),
        "account": reference(_COLUMNS.account, "accounts"),
        "lead": reference(_COLUMNS.lead, "leads"),
        "expected_close_date": _day(_COLUMNS.expected_close_date),
        "submit_time": instant(_COLUMNS.submit_time),
        "protection_end_time": instant(_COLUMNS.protection_end_time),
        "create_time": instant(_COLUMNS.create_time),
        "update_time": instant(_COLUMNS.update_time),
    },
    orders={
        "create_time": Order(_COLUMNS.create_time, datetime.fromisoformat),
        "update_time": Order(_COLUMNS.update_time, datetime.fromisoformat),
    },
    order_by="create_time desc",
    tie=_COLUMNS.uuid,
)
