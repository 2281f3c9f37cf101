"""AccountTierService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.pipeline.v1 import account_tier_pb2 as messages
from millrace.pipeline.v1 import account_tier_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import money_message, put_instant, uuid_of
from chassis.work import Store
from kernel.money import Money
from services.pipeline.application.account_rating import get_account_tier
from services.pipeline.domain.account_tier import Indicator, Rated
from services.pipeline.storage.account_ratings import KeptRating

_INDICATORS: Mapping[Indicator, Any] = {
    each: messages.TierIndicator.Value(f"TIER_INDICATOR_{each.name}") for each in Indicator
}


class AccountTierServicer:
    """Tiers of accounts (客户分级)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        """Reads only."""
        self._store = store
        self._texts = texts

    async def GetAccountTier(self, request: contract.GetAccountTierRequest, call: Call) -> messages.AccountTier:
        """Of an account."""
        account = uuid_of(request.parent, field="parent")
        kept = await self._store.read(call, lambda read: get_account_tier(read, account=account))
        return messages.AccountTier() if kept is None else to_message(kept, Wording(self._texts, call.locale))


def to_message(kept: KeptRating, wording: Wording) -> messages.AccountTier:
    """The rating on the wire."""
    rating = kept.rating
    message = messages.AccountTier(
        tier=rating.tier,
        score=rating.score,
        indicators=[_indicator(each, rating.currency) for each in rating.indicators],
        reasons=wording.reasons(rating.reasons),
        rules_version=kept.rules_version,
    )
    put_instant(message.rate_time, kept.rate_time)
    return message


def _indicator(rated: Rated, currency: str) -> messages.RatedIndicator:
    message = messages.RatedIndicator(
        indicator=_INDICATORS[rated.indicator], weight=rated.weight, reached_percent=rated.percent
    )
    if rated.indicator is Indicator.ORDERS:
        message.count, message.mark_count = rated.value, rated.mark
    else:
        message.amount.CopyFrom(money_message(Money(minor=rated.value, currency=currency)))
        message.mark_amount.CopyFrom(money_message(Money(minor=rated.mark, currency=currency)))
    return message
