"""AccountLookAlikeService and CrossSellingService on the wire."""

from collections.abc import Mapping
from uuid import UUID

from millrace.pipeline.v1 import account_look_alike_service_pb2 as contract
from millrace.pipeline.v1 import cross_selling_service_pb2 as selling

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.rule_sets import Rulebook
from chassis.texts import Texts
from chassis.wire import named
from chassis.work import Store
from services.pipeline.application.account_resembling import ShownLike, list_look_alikes, list_offers
from services.pipeline.storage.account_likenesses import LookAlike
from services.pipeline.storage.cross_selling import ListedOffer

_UNSEEN = ShownLike()
Likes = Mapping[UUID, ShownLike]


class AccountLookAlikeServicer:
    """Accounts that resemble won customers (相似客户)."""

    def __init__(self, store: Store, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._page_key = page_key

    async def ListAccountLookAlikes(
        self, request: contract.ListAccountLookAlikesRequest, call: Call
    ) -> contract.ListAccountLookAlikesResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page, likes = await self._store.read(call, lambda read: list_look_alikes(read, wanted=wanted))
        wording = Wording(self._texts, call.locale)
        return contract.ListAccountLookAlikesResponse(
            account_look_alikes=[_look_alike(each, likes, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


class CrossSellingServicer:
    """What customers may need besides (交叉销售)."""

    def __init__(self, store: Store, rulebook: Rulebook, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._rulebook = rulebook
        self._texts = texts
        self._page_key = page_key

    async def ListCrossSellingOffers(
        self, request: selling.ListCrossSellingOffersRequest, call: Call
    ) -> selling.ListCrossSellingOffersResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page, likes, why = await self._store.read(
            call, lambda read: list_offers(read, wanted=wanted, rulebook=self._rulebook)
        )
        wording = Wording(self._texts, call.locale)
        return selling.ListCrossSellingOffersResponse(
            cross_selling_offers=[_offer(each, likes, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
            silence=wording.reasons([why] if why else ()),
        )


def _look_alike(found: LookAlike, likes: Likes, wording: Wording) -> contract.AccountLookAlike:
    likeness = found.likeness
    like = likes.get(likeness.like, _UNSEEN)
    return contract.AccountLookAlike(
        account=named("accounts", likeness.account),
        display_name=found.display_name,
        owner=named("members", found.owner),
        score=likeness.score,
        reasons=wording.reasons(part.to_reason() for part in likeness.parts),
        like=named("accounts", like.account),
        like_display_name=like.display_name,
        alike_count=likeness.alike,
    )


def _offer(listed: ListedOffer, likes: Likes, wording: Wording) -> selling.CrossSellingOffer:
    offer, affinity = listed.offer, listed.offer.affinity
    like = likes.get(offer.likeness.like, _UNSEEN)
    return selling.CrossSellingOffer(
        account=named("accounts", offer.account),
        display_name=listed.display_name,
        owner=named("members", listed.owner),
        product=named("products", affinity.other),
        bought_product=named("products", affinity.bought),
        lift=round(float(affinity.lift), 2),
        buyer_count=affinity.buyers,
        both_count=affinity.both,
        product_buyer_count=affinity.other_buyers,
        customer_count=affinity.customers,
        alike_count=offer.likeness.alike,
        like=named("accounts", like.account),
        like_display_name=like.display_name,
        reasons=wording.reasons(offer.reasons),
    )
