"""Recycling clocks of accounts on the wire."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from millrace.pipeline.v1 import account_recycling_pb2
from millrace.pipeline.v1 import account_recycling_service_pb2 as contract

from chassis.rpc.wording import Wording
from chassis.wire import instant, named, put_instant
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_recycling import RecycleRule
from services.pipeline.domain.account_recycling_reasons import RecyclingState, reasons_of_spell, recycling_state
from services.pipeline.storage.account_recycling_notices import RecyclingNotice, RecyclingNoticeKind
from trade.pools.clock import RecycleStep
from trade.pools.rehearsal import Recycled, RehearsedRecycling

_STATES: Mapping[RecyclingState, Any] = {
    each: account_recycling_pb2.AccountRecyclingState.Value(f"ACCOUNT_RECYCLING_STATE_{each.name}")
    for each in RecyclingState
}
_RULES: Mapping[RecycleRule, Any] = {
    each: account_recycling_pb2.AccountRecyclingRule.Value(f"ACCOUNT_RECYCLING_RULE_{each.name}")
    for each in RecycleRule
}
_STEPS: Mapping[RecycleStep, Any] = {
    each: account_recycling_pb2.AccountRecyclingStep.Value(f"ACCOUNT_RECYCLING_STEP_{each.name}")
    for each in RecycleStep
}
_KINDS: Mapping[RecyclingNoticeKind, Any] = {
    each: contract.AccountRecyclingNoticeKind.Value(f"ACCOUNT_RECYCLING_NOTICE_KIND_{each.name}")
    for each in RecyclingNoticeKind
}


def put_recycling(message: account_recycling_pb2.AccountRecycling, account: Account) -> None:
    """Until when the owner keeps an account, and what comes next."""
    state, spell = recycling_state(account), account.spell
    message.state = _STATES[state]
    if spell is None or state in {RecyclingState.NONE, RecyclingState.POOLED}:
        return
    message.member = named("members", spell.clock.owner)
    message.rules_version = spell.clock.rules
    put_instant(message.start_time, spell.clock.start)
    if spell.held is not None:
        message.held_by = spell.held.value
        return
    if spell.clock.falls is not None:
        message.rule, message.limit_days = _RULES[spell.clock.falls.rule], spell.clock.falls.days
        put_instant(message.due_time, spell.clock.falls.due)
    coming = spell.clock.next_step
    if coming is not None:
        message.next_step = _STEPS[coming[0]]
        put_instant(message.next_time, coming[1])


def put_recycling_reasons(
    message: account_recycling_pb2.AccountRecycling, account: Account, wording: Wording, *, zone: ZoneInfo
) -> None:
    """Why it falls back then, and what extends it; days are told as the calendar of the house has them."""
    if account.spell is not None and account.pool is None:
        message.reasons.extend(wording.reasons(reasons_of_spell(account.spell, zone)))


def notice_message(notice: RecyclingNotice) -> contract.AccountRecyclingNotice:
    """What a clock came to, on the wire."""
    return contract.AccountRecyclingNotice(
        name=f"accountRecyclingNotices/{notice.uuid}",
        account=named("accounts", notice.account),
        kind=_KINDS[notice.kind],
        time=instant(notice.time),
        told=notice.told,
        owner=named("members", notice.owner),
        standing=notice.standing,
        rule=_RULES[notice.rule],
        due_time=instant(notice.due),
        pool=named("accountPools", notice.pool),
    )


def rehearsed_message(rehearsed: RehearsedRecycling) -> contract.RehearsedAccountRecycling:
    """How the accounts of a tier and phase stand, and would stand."""
    return contract.RehearsedAccountRecycling(
        kind=rehearsed.kind,
        accounts=rehearsed.count,
        now=_counts(rehearsed.now),
        then=_counts(rehearsed.then),
    )


def _counts(counted: Recycled) -> contract.AccountRecyclingCounts:
    return contract.AccountRecyclingCounts(
        with_limit=counted.limited,
        near=counted.near,
        recycled=counted.due,
        recycled_warned=counted.due_warned,
    )
