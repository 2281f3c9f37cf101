"""AccountPoolService on the wire."""

from datetime import timedelta

from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import account_pool_pb2 as messages
from millrace.pipeline.v1 import account_pool_service_pb2 as contract

from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import changed_fields, reference, required_version, seen_version, uuid_of
from chassis.work import Store
from services.pipeline.application.account_pooling import (
    claim_account,
    count_shares,
    hand_out_account,
    list_moves,
    list_pooled_accounts,
    release_account,
    transfer_account,
)
from services.pipeline.application.account_pools import KEEPING
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.rpc.account_messages import to_message
from services.pipeline.rpc.account_pool_messages import (
    move_message,
    pool_message,
    pooled_message,
    share_message,
    terms_of,
)

_DAYS = 30


class AccountPoolServicer:
    """Pools of customers (公海)."""

    def __init__(
        self, store: Store, desk: RecyclingDesk, organization: Organization, texts: Texts, *, page_key: bytes
    ) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._organization = organization
        self._texts = texts
        self._page_key = page_key

    async def CreateAccountPool(self, request: contract.CreateAccountPoolRequest, call: Call) -> messages.AccountPool:
        """Open one."""
        terms = terms_of(request.account_pool)
        answer: messages.AccountPool = await self._store.write(
            call,
            request,
            lambda work: KEEPING.create(work, terms=terms, organization=self._organization),
            answer=pool_message,
        )
        return answer

    async def GetAccountPool(self, request: contract.GetAccountPoolRequest, call: Call) -> messages.AccountPool:
        """Read one."""
        uuid = uuid_of(request.name)
        return pool_message(
            await self._store.read(call, lambda read: KEEPING.get(read, uuid=uuid, organization=self._organization))
        )

    async def ListAccountPools(
        self, request: contract.ListAccountPoolsRequest, call: Call
    ) -> contract.ListAccountPoolsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: KEEPING.list_page(read, wanted=wanted, organization=self._organization)
        )
        return contract.ListAccountPoolsResponse(
            account_pools=[pool_message(pool) for pool in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateAccountPool(self, request: contract.UpdateAccountPoolRequest, call: Call) -> messages.AccountPool:
        """Change the masked fields of one."""
        told = request.account_pool
        uuid = uuid_of(told.name, field="account_pool.name")
        seen = required_version(told.etag, field="account_pool.etag")
        changed, terms = changed_fields(request.update_mask, messages.AccountPool), terms_of(told)
        answer: messages.AccountPool = await self._store.write(
            call,
            request,
            lambda work: KEEPING.update(
                work, uuid=uuid, seen=seen, terms=terms, changed=changed, organization=self._organization
            ),
            answer=pool_message,
        )
        return answer

    async def ListPooledAccounts(
        self, request: contract.ListPooledAccountsRequest, call: Call
    ) -> contract.ListPooledAccountsResponse:
        """Read a page of what waits."""
        pool, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_pooled_accounts(read, pool=pool, wanted=wanted, desk=self._desk)
        )
        return contract.ListPooledAccountsResponse(
            pooled_accounts=[pooled_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ClaimAccount(self, request: contract.ClaimAccountRequest, call: Call) -> account_pb2.Account:
        """Take one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        wording = Wording(self._texts, call.locale)
        answer: account_pb2.Account = await self._store.write(
            call,
            request,
            lambda work: claim_account(work, uuid=uuid, seen=seen, desk=self._desk),
            answer=lambda shown: to_message(shown, wording),
        )
        return answer

    async def HandOutAccount(self, request: contract.HandOutAccountRequest, call: Call) -> account_pb2.Account:
        """Give one to a member."""
        uuid, owner = uuid_of(request.name), uuid_of(request.owner, field="owner")
        seen, wording = seen_version(request.etag), Wording(self._texts, call.locale)
        answer: account_pb2.Account = await self._store.write(
            call,
            request,
            lambda work: hand_out_account(work, uuid=uuid, seen=seen, owner=owner, desk=self._desk),
            answer=lambda shown: to_message(shown, wording),
        )
        return answer

    async def ReleaseAccount(self, request: contract.ReleaseAccountRequest, call: Call) -> messages.PooledAccount:
        """Give one back."""
        uuid, seen, words = uuid_of(request.name), seen_version(request.etag), request.reason.strip()
        pool = reference(request.pool, field="pool", collection="accountPools")
        answer: messages.PooledAccount = await self._store.write(
            call,
            request,
            lambda work: release_account(work, uuid=uuid, seen=seen, words=words, pool=pool, desk=self._desk),
            answer=pooled_message,
        )
        return answer

    async def TransferPooledAccount(
        self, request: contract.TransferPooledAccountRequest, call: Call
    ) -> messages.PooledAccount:
        """Move one into another pool."""
        uuid, pool = uuid_of(request.name), uuid_of(request.pool, field="pool")
        seen = seen_version(request.etag)
        answer: messages.PooledAccount = await self._store.write(
            call,
            request,
            lambda work: transfer_account(work, uuid=uuid, seen=seen, pool=pool, desk=self._desk),
            answer=pooled_message,
        )
        return answer

    async def ListAccountPoolMoves(
        self, request: contract.ListAccountPoolMovesRequest, call: Call
    ) -> contract.ListAccountPoolMovesResponse:
        """Read a page of the ledger."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_moves(read, wanted=wanted, desk=self._desk))
        return contract.ListAccountPoolMovesResponse(
            account_pool_moves=[move_message(move) for move in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CountAccountPoolShares(
        self, request: contract.CountAccountPoolSharesRequest, call: Call
    ) -> contract.CountAccountPoolSharesResponse:
        """Count who got what."""
        pool, since = uuid_of(request.name), call.now - timedelta(days=request.days or _DAYS)
        shares = await self._store.read(call, lambda read: count_shares(read, pool=pool, since=since, desk=self._desk))
        return contract.CountAccountPoolSharesResponse(account_pool_shares=[share_message(each) for each in shares])
