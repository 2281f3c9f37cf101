"""LeadAccountService on the wire."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from millrace.leads.v1 import lead_account_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import named, put_instant, uuid_of
from chassis.work import Store
from kernel.errors import Overloaded
from services.leads.application.account_reviewing import (
    Described,
    candidate_to_judge,
    link_candidate,
    list_candidates,
    refuse_candidate,
)
from services.leads.application.intake import IntakeDesk
from services.leads.domain.account_candidates import (
    AccountCandidate,
    AccountStock,
    CandidateState,
    DescribedAccount,
)

_STATES: Mapping[CandidateState, Any] = {
    state: contract.AccountCandidateState.Value(f"ACCOUNT_CANDIDATE_STATE_{state.name}") for state in CandidateState
}


class LeadAccountServicer:
    """The review of leads that are likely an existing customer's (已有客户复核)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, stock: AccountStock, *, page_key: bytes) -> None:
        """`page_key` seals page tokens; `stock` is asked before and after units of work, never inside."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._stock = stock
        self._page_key = page_key

    async def ListAccountCandidates(
        self, request: contract.ListAccountCandidatesRequest, call: Call
    ) -> contract.ListAccountCandidatesResponse:
        """Read a page; while pipeline does not answer, without what it knows."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_candidates(read, wanted=wanted))
        described: Described = {}
        with suppress(Overloaded):
            described = await self._stock.describe({each.account for each in page.items}, reader=call.principal.subject)
        wording = Wording(self._texts, call.locale)
        return contract.ListAccountCandidatesResponse(
            account_candidates=[to_message(each, described.get(each.account), wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def LinkAccountCandidate(
        self, request: contract.LinkAccountCandidateRequest, call: Call
    ) -> contract.AccountCandidate:
        """Say that the lead is the account's."""
        uuid, wording = uuid_of(request.name), Wording(self._texts, call.locale)
        described = await self._described(call, request.name)
        answer: contract.AccountCandidate = await self._store.write(
            call,
            request,
            lambda work: link_candidate(
                work,
                uuid=uuid,
                described=described,
                code=request.disqualify_code,
                note=request.note.strip(),
                desk=self._desk,
            ),
            answer=lambda found: to_message(found, described.get(found.account), wording),
        )
        return answer

    async def RefuseAccountCandidate(
        self, request: contract.RefuseAccountCandidateRequest, call: Call
    ) -> contract.AccountCandidate:
        """Say that they are two customers."""
        uuid, wording = uuid_of(request.name), Wording(self._texts, call.locale)
        described = await self._described(call, request.name)
        answer: contract.AccountCandidate = await self._store.write(
            call,
            request,
            lambda work: refuse_candidate(work, uuid=uuid, described=described),
            answer=lambda found: to_message(found, described.get(found.account), wording),
        )
        return answer

    async def _described(self, call: Call, name: str) -> Described:
        """What the caller may be told of the account that a candidate is about."""
        uuid = uuid_of(name)
        candidate = await self._store.read(call, lambda read: candidate_to_judge(read, uuid=uuid))
        return await self._stock.describe({candidate.account}, reader=call.principal.subject)


def to_message(
    candidate: AccountCandidate, described: DescribedAccount | None, wording: Wording
) -> contract.AccountCandidate:
    """The candidate on the wire, with what its reader may be told of the account."""
    message = contract.AccountCandidate(
        name=named("accountCandidates", candidate.uuid),
        lead=named("leads", candidate.lead),
        lead_company_name=candidate.lead_name,
        score=candidate.score,
        reasons=wording.reasons(candidate.reasons),
        state=_STATES[candidate.state],
    )
    put_instant(message.create_time, candidate.create_time)
    if candidate.judgement:
        message.judge = candidate.judgement.judge
        message.judge_display_name = candidate.judgement.judge_name
        put_instant(message.judge_time, candidate.judgement.time)
    if described is not None:
        _put_account(message, described)
    return message


def _put_account(message: contract.AccountCandidate, told: DescribedAccount) -> None:
    message.account_exists = True
    message.account_in_pool = told.in_pool
    message.account_team_display_name = told.team
    if told.visible:
        message.account = named("accounts", told.account)
        message.account_display_name = told.display_name
    if told.protection_end_time:
        put_instant(message.account_protection_end_time, told.protection_end_time)
