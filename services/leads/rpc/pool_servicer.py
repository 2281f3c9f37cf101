"""LeadPoolService on the wire."""

from datetime import timedelta

from millrace.leads.v1 import lead_pb2
from millrace.leads.v1 import lead_pool_pb2 as messages
from millrace.leads.v1 import lead_pool_service_pb2 as contract

from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import changed_fields, reference, required_version, seen_version, uuid_of
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.application.pooling import (
    claim_lead,
    count_shares,
    hand_out_lead,
    list_moves,
    list_pooled_leads,
    release_lead,
    transfer_lead,
)
from services.leads.application.pools import KEEPING
from services.leads.rpc.lead_messages import to_message
from services.leads.rpc.pool_messages import move_message, pool_message, pooled_message, share_message, terms_of

_DAYS = 30


class LeadPoolServicer:
    """Pools of leads (线索池)."""

    def __init__(
        self, store: Store, desk: IntakeDesk, organization: Organization, texts: Texts, *, page_key: bytes
    ) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._organization = organization
        self._texts = texts
        self._page_key = page_key

    async def CreateLeadPool(self, request: contract.CreateLeadPoolRequest, call: Call) -> messages.LeadPool:
        """Open one."""
        terms = terms_of(request.lead_pool)
        answer: messages.LeadPool = await self._store.write(
            call,
            request,
            lambda work: KEEPING.create(work, terms=terms, organization=self._organization),
            answer=pool_message,
        )
        return answer

    async def GetLeadPool(self, request: contract.GetLeadPoolRequest, call: Call) -> messages.LeadPool:
        """Read one."""
        uuid = uuid_of(request.name)
        return pool_message(
            await self._store.read(call, lambda read: KEEPING.get(read, uuid=uuid, organization=self._organization))
        )

    async def ListLeadPools(self, request: contract.ListLeadPoolsRequest, call: Call) -> contract.ListLeadPoolsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: KEEPING.list_page(read, wanted=wanted, organization=self._organization)
        )
        return contract.ListLeadPoolsResponse(
            lead_pools=[pool_message(pool) for pool in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateLeadPool(self, request: contract.UpdateLeadPoolRequest, call: Call) -> messages.LeadPool:
        """Change the masked fields of one."""
        told = request.lead_pool
        uuid = uuid_of(told.name, field="lead_pool.name")
        seen = required_version(told.etag, field="lead_pool.etag")
        changed, terms = changed_fields(request.update_mask, messages.LeadPool), terms_of(told)
        answer: messages.LeadPool = await self._store.write(
            call,
            request,
            lambda work: KEEPING.update(
                work, uuid=uuid, seen=seen, terms=terms, changed=changed, organization=self._organization
            ),
            answer=pool_message,
        )
        return answer

    async def ListPooledLeads(
        self, request: contract.ListPooledLeadsRequest, call: Call
    ) -> contract.ListPooledLeadsResponse:
        """Read a page of what waits."""
        pool, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_pooled_leads(read, pool=pool, wanted=wanted, desk=self._desk)
        )
        return contract.ListPooledLeadsResponse(
            pooled_leads=[pooled_message(lead) for lead in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ClaimLead(self, request: contract.ClaimLeadRequest, call: Call) -> lead_pb2.Lead:
        """Take one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: claim_lead(work, uuid=uuid, seen=seen, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer

    async def HandOutLead(self, request: contract.HandOutLeadRequest, call: Call) -> lead_pb2.Lead:
        """Give one to a member."""
        uuid, owner = uuid_of(request.name), uuid_of(request.owner, field="owner")
        seen, wording = seen_version(request.etag), Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: hand_out_lead(work, uuid=uuid, seen=seen, owner=owner, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer

    async def ReleaseLead(self, request: contract.ReleaseLeadRequest, call: Call) -> messages.PooledLead:
        """Give one back."""
        uuid, seen, words = uuid_of(request.name), seen_version(request.etag), request.reason.strip()
        pool = reference(request.pool, field="pool", collection="leadPools")
        answer: messages.PooledLead = await self._store.write(
            call,
            request,
            lambda work: release_lead(work, uuid=uuid, seen=seen, words=words, pool=pool, desk=self._desk),
            answer=pooled_message,
        )
        return answer

    async def TransferPooledLead(self, request: contract.TransferPooledLeadRequest, call: Call) -> messages.PooledLead:
        """Move one into another pool."""
        uuid, pool = uuid_of(request.name), uuid_of(request.pool, field="pool")
        seen = seen_version(request.etag)
        answer: messages.PooledLead = await self._store.write(
            call,
            request,
            lambda work: transfer_lead(work, uuid=uuid, seen=seen, pool=pool, desk=self._desk),
            answer=pooled_message,
        )
        return answer

    async def ListLeadPoolMoves(
        self, request: contract.ListLeadPoolMovesRequest, call: Call
    ) -> contract.ListLeadPoolMovesResponse:
        """Read a page of the ledger."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_moves(read, wanted=wanted, desk=self._desk))
        return contract.ListLeadPoolMovesResponse(
            lead_pool_moves=[move_message(move) for move in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CountLeadPoolShares(
        self, request: contract.CountLeadPoolSharesRequest, call: Call
    ) -> contract.CountLeadPoolSharesResponse:
        """Count who got what."""
        pool, since = uuid_of(request.name), call.now - timedelta(days=request.days or _DAYS)
        shares = await self._store.read(call, lambda read: count_shares(read, pool=pool, since=since, desk=self._desk))
        return contract.CountLeadPoolSharesResponse(lead_pool_shares=[share_message(each) for each in shares])
