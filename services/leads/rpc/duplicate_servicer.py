"""LeadDuplicateService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_duplicate_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, uuid_of
from chassis.work import Store
from services.leads.application.reviewing import confirm_pair, dismiss_pair, list_pairs
from services.leads.domain.duplicate_pairs import DuplicatePair, PairState
from services.leads.rpc.lead_messages import merge_name

_STATES: Mapping[PairState, Any] = {
    state: contract.DuplicatePairState.Value(f"DUPLICATE_PAIR_STATE_{state.name}") for state in PairState
}


class LeadDuplicateServicer:
    """The review of likely duplicates (疑似重复复核)."""

    def __init__(self, store: Store, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._page_key = page_key

    async def ListDuplicateCandidates(
        self, request: contract.ListDuplicateCandidatesRequest, call: Call
    ) -> contract.ListDuplicateCandidatesResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_pairs(read, wanted=wanted))
        wording = Wording(self._texts, call.locale)
        return contract.ListDuplicateCandidatesResponse(
            duplicate_candidates=[to_message(pair, wording) for pair in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ConfirmDuplicate(self, request: contract.ConfirmDuplicateRequest, call: Call) -> contract.DuplicatePair:
        """Say that a pair is one customer."""
        uuid, wording = uuid_of(request.name), Wording(self._texts, call.locale)
        answer: contract.DuplicatePair = await self._store.write(
            call,
            request,
            lambda work: confirm_pair(work, uuid=uuid),
            answer=lambda pair: to_message(pair, wording),
        )
        return answer

    async def DismissDuplicate(self, request: contract.DismissDuplicateRequest, call: Call) -> contract.DuplicatePair:
        """Say that a pair is two customers."""
        uuid, wording = uuid_of(request.name), Wording(self._texts, call.locale)
        answer: contract.DuplicatePair = await self._store.write(
            call,
            request,
            lambda work: dismiss_pair(work, uuid=uuid),
            answer=lambda pair: to_message(pair, wording),
        )
        return answer


def to_message(pair: DuplicatePair, wording: Wording) -> contract.DuplicatePair:
    """The pair on the wire."""
    message = contract.DuplicatePair(
        name=named("duplicateCandidates", pair.uuid),
        lead=named("leads", pair.lead),
        lead_company_name=pair.lead_name,
        other=named("leads", pair.other),
        other_company_name=pair.other_name,
        score=pair.score,
        reasons=wording.reasons(pair.reasons),
        state=_STATES[pair.state],
    )
    message.create_time.FromDatetime(pair.create_time)
    if pair.merge:
        message.merge = merge_name(pair.merge)
    if pair.judgement:
        message.judge = pair.judgement.judge
        message.judge_display_name = pair.judgement.judge_name
        message.judge_time.FromDatetime(pair.judgement.time)
    return message
