"""Accounts between messages and the domain."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import account_pb2

from chassis.rpc.wording import Wording
from chassis.wire import changed_paths, named, put_instant, reference
from kernel.errors import FieldMissing
from services.pipeline.application.accounts import Shown
from services.pipeline.domain.account import AccountFacts
from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.resemblance import AccountResemblance
from services.pipeline.rpc.account_recycling_messages import put_recycling
from trade.credit_code import credit_code
from trade.duplicates import Band
from trade.industries import industry_code

PHASES: Mapping[Phase, Any] = {phase: account_pb2.AccountPhase.Value(f"ACCOUNT_PHASE_{phase.name}") for phase in Phase}
BANDS: Mapping[Band, Any] = {
    band: account_pb2.AccountDuplicateBand.Value(f"ACCOUNT_DUPLICATE_BAND_{band.name}") for band in Band
}
_TEXTS = ("display_name", "phone", "email", "website", "address", "industry", "tier")


def facts_of(message: account_pb2.Account, *, path: str = "account") -> AccountFacts:
    """What the message says of the customer; raises InvalidField and CreditCodeInvalid with the field's path."""
    said = {name: getattr(message, name).strip() for name in _TEXTS}
    if not said["display_name"]:
        raise FieldMissing(field=f"{path}.display_name")
    written = message.credit_code.strip()
    return AccountFacts(
        **said | {"industry": industry_code(message.industry)},
        person=message.person,
        credit_code=credit_code(written, field=f"{path}.credit_code") if written else "",
        employee_count=message.employee_count,
        tags=tuple(dict.fromkeys(message.tags)),
        parent=reference(message.parent, field=f"{path}.parent"),
        note=message.note,
    )


def edit_of(message: account_pb2.Account, mask: FieldMask) -> Callable[[AccountFacts], AccountFacts]:
    """What puts the masked fields over the facts that stand.

    Raises InvalidField for an empty mask, `*`, an unknown field, and one the service fills itself.
    """
    changed_paths(mask, account_pb2.Account)

    def apply(facts: AccountFacts) -> AccountFacts:
        merged = account_pb2.Account()
        _put_facts(merged, facts)
        mask.MergeMessage(message, merged, replace_message_field=True, replace_repeated_field=True)
        return facts_of(merged)

    return apply


def to_message(shown: Shown, wording: Wording) -> account_pb2.Account:
    """The account on the wire."""
    account, message = shown.account, account_pb2.Account()
    _put_facts(message, account.facts)
    message.name = account.name
    message.owner = named("members", account.ownership.owner)
    message.team = named("teams", account.ownership.team)
    message.region = named("regions", account.ownership.region)
    message.lead = named("leads", account.origin.lead)
    message.channel = named("channels", account.origin.channel)
    message.campaign = named("campaigns", account.origin.campaign)
    if account.origin.first_contact_time:
        put_instant(message.first_contact_time, account.origin.first_contact_time)
    message.rated_tier = account.profile.tier
    message.group_tags.extend(account.profile.tags)
    message.phase = PHASES[shown.phase]
    if shown.completeness is not None:
        message.completeness.known_percent = shown.completeness.percent
        message.completeness.missing.extend(wording.reasons(shown.completeness.missing))
    message.pool = named("accountPools", account.pool)
    put_recycling(message.recycling, account)
    message.duplicates.extend(duplicate_message(each, wording) for each in shown.duplicates)
    put_instant(message.create_time, account.create_time)
    put_instant(message.update_time, account.update_time)
    if account.delete_time:
        put_instant(message.delete_time, account.delete_time)
    message.etag = str(account.version)
    return message


def duplicate_message(found: AccountResemblance, wording: Wording) -> account_pb2.AccountDuplicate:
    """What resembles an account, with reasons worded."""
    return account_pb2.AccountDuplicate(
        account=found.account.name,
        display_name=found.account.facts.display_name,
        score=found.score,
        band=BANDS[found.band],
        reasons=wording.reasons(found.reasons),
    )


def _put_facts(message: account_pb2.Account, facts: AccountFacts) -> None:
    for name in (*_TEXTS, "person", "credit_code", "employee_count", "note"):
        setattr(message, name, getattr(facts, name))
    message.tags.extend(facts.tags)
    message.parent = named("accounts", facts.parent)
