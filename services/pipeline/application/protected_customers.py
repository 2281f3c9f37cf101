"""Telling that somebody else protects a customer: until when and whose team to ask, never whose or which."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from chassis.organization import Organization
from services.pipeline.domain.registration_refusals import CustomerProtected
from services.pipeline.storage.protections import ProtectedKey


async def protected_by(
    others: Sequence[ProtectedKey], *, organization: Organization, zone: ZoneInfo
) -> CustomerProtected:
    """The refusal where others protect the customer: until when the last of them does."""
    last = max(others, key=lambda each: each.end_time)
    team = (await organization.current()).teams.get(last.team) if last.team else None
    return CustomerProtected(
        until=last.end_time.astimezone(zone).date().isoformat(), team=team.display_name if team else ""
    )
