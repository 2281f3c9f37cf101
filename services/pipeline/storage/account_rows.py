"""Accounts between their table and the domain."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from chassis.work import Record
from services.pipeline.domain.account import Account, AccountFacts, FindingKeys, Origin, Ownership
from services.pipeline.domain.account_profile import Phase, Profile
from services.pipeline.storage.account_clocks import clock_to_row, pool_of, spell_from_json
from services.pipeline.storage.account_tables import ACCOUNTS

_FACTS = tuple(field.name for field in fields(AccountFacts))


def to_row(account: Account) -> Mapping[str, object]:
    """The columns of an account."""
    facts = {name: getattr(account.facts, name) for name in _FACTS}
    return {
        "uuid": account.uuid,
        **facts,
        "tags": list(account.facts.tags),
        **ownership_to_row(account.ownership),
        "lead": account.origin.lead,
        "first_contact_time": account.origin.first_contact_time,
        "channel": account.origin.channel,
        "campaign": account.origin.campaign,
        "phase": account.profile.phase.value,
        "rated_tier": account.profile.tier,
        "hand_tags": list(account.hand_tags),
        "group_tags": list(account.profile.tags),
        **clock_to_row(account),
        "match_keys": sorted(account.keys.match),
        "search_keys": sorted(account.keys.search),
        "sort_key": account.keys.sort,
        "create_time": account.create_time,
        "update_time": account.update_time,
        "delete_time": account.delete_time,
    }


def ownership_to_row(ownership: Ownership) -> Mapping[str, object]:
    """The columns of whoever looks after a row."""
    return {"owner": ownership.owner, "team": ownership.team, "region": ownership.region}


def ownership_from_row(row: Mapping[str, Any] | RowMapping) -> Ownership:
    """Who looks after a row."""
    return Ownership(owner=row["owner"], team=row["team"], region=row["region"])


ACCOUNT_RECORD: Record[Account] = Record(kind="account", collection="accounts", table=ACCOUNTS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Account:
    """The account in a row."""
    facts = {name: row[name] for name in _FACTS}
    return Account(
        uuid=row["uuid"],
        version=row["version"],
        facts=AccountFacts(**{**facts, "tags": tuple(row["tags"])}),
        ownership=ownership_from_row(row),
        origin=Origin(
            lead=row["lead"],
            first_contact_time=row["first_contact_time"],
            channel=row["channel"],
            campaign=row["campaign"],
        ),
        keys=FindingKeys(
            match=frozenset(row["match_keys"]), search=frozenset(row["search_keys"]), sort=row["sort_key"]
        ),
        hand_tags=tuple(row["hand_tags"] or ()),
        profile=Profile(
            phase=Phase(row["phase"] or Phase.PROSPECT.value),
            tags=tuple(row["group_tags"] or ()),
            tier=row["rated_tier"] or "",
        ),
        pool=pool_of(row),
        spell=spell_from_json(row["recycling"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
        delete_time=row["delete_time"],
    )
