"""AccountService on the wire."""

from collections.abc import Awaitable, Callable

from google.protobuf.message import Message
from millrace.pipeline.v1 import account_pb2
from millrace.pipeline.v1 import account_service_pb2 as contract

from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import required_version, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application import accounts
from services.pipeline.application.account_profiling import ProfileDesk
from services.pipeline.application.account_tagging import set_account_tags
from services.pipeline.application.accounts import Shown
from services.pipeline.rpc.account_messages import duplicate_message, edit_of, facts_of, to_message
from services.pipeline.rpc.account_recycling_messages import put_recycling_reasons


class AccountServicer:
    """Accounts (客户)."""

    def __init__(
        self, store: Store, organization: Organization, profiles: ProfileDesk, texts: Texts, *, page_key: bytes
    ) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._profiles = profiles
        self._rulebook = profiles.rulebook
        self._organization = organization
        self._texts = texts
        self._page_key = page_key

    async def CreateAccount(self, request: contract.CreateAccountRequest, call: Call) -> account_pb2.Account:
        """Add one."""
        facts, desk = facts_of(request.account), self._profiles.recycling
        return await self._write(request, call, lambda work: accounts.add_account(work, facts=facts, desk=desk))

    async def GetAccount(self, request: contract.GetAccountRequest, call: Call) -> account_pb2.Account:
        """Read one."""
        uuid, rulebook = uuid_of(request.name), self._rulebook
        shown = await self._store.read(call, lambda read: accounts.get_account(read, uuid=uuid, rulebook=rulebook))
        wording = Wording(self._texts, call.locale)
        message = to_message(shown, wording)
        put_recycling_reasons(message.recycling, shown.account, wording, zone=self._profiles.zone)
        return message

    async def ListAccounts(self, request: contract.ListAccountsRequest, call: Call) -> contract.ListAccountsResponse:
        """Read a page."""
        wanted, all_of_them = page_request(request, call, key=self._page_key), request.show_deleted
        rulebook = self._rulebook
        page = await self._store.read(
            call,
            lambda read: accounts.list_accounts(read, wanted=wanted, show_deleted=all_of_them, rulebook=rulebook),
        )
        wording = Wording(self._texts, call.locale)
        return contract.ListAccountsResponse(
            accounts=[to_message(shown, wording) for shown in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateAccount(self, request: contract.UpdateAccountRequest, call: Call) -> account_pb2.Account:
        """Change the masked fields of one."""
        uuid = uuid_of(request.account.name, field="account.name")
        seen = required_version(request.account.etag, field="account.etag")
        edit = edit_of(request.account, request.update_mask)
        organization = self._organization
        return await self._write(
            request,
            call,
            lambda work: accounts.update_account(work, uuid=uuid, seen=seen, edit=edit, organization=organization),
        )

    async def DeleteAccount(self, request: contract.DeleteAccountRequest, call: Call) -> account_pb2.Account:
        """Archive one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(request, call, lambda work: accounts.archive_account(work, uuid=uuid, seen=seen))

    async def UndeleteAccount(self, request: contract.UndeleteAccountRequest, call: Call) -> account_pb2.Account:
        """Bring one back."""
        uuid, seen, desk = uuid_of(request.name), seen_version(request.etag), self._profiles.recycling
        return await self._write(
            request,
            call,
            lambda work: accounts.bring_account_back(work, uuid=uuid, seen=seen, desk=desk),
        )

    async def AssignAccount(self, request: contract.AssignAccountRequest, call: Call) -> account_pb2.Account:
        """Give one to a member."""
        uuid, seen, desk = uuid_of(request.name), seen_version(request.etag), self._profiles.recycling
        owner = uuid_of(request.owner, field="owner")
        return await self._write(
            request,
            call,
            lambda work: accounts.assign_account(work, uuid=uuid, seen=seen, owner=owner, desk=desk),
        )

    async def SetAccountTags(self, request: contract.SetAccountTagsRequest, call: Call) -> account_pb2.Account:
        """Say which tags of a group one bears."""
        uuid, seen, desk = uuid_of(request.name), seen_version(request.etag), self._profiles
        group, tags = request.group, list(request.tags)
        return await self._write(
            request,
            call,
            lambda work: set_account_tags(work, uuid=uuid, seen=seen, group=group, tags=tags, desk=desk),
        )

    async def CheckAccountDuplicates(
        self, request: contract.CheckAccountDuplicatesRequest, call: Call
    ) -> contract.CheckAccountDuplicatesResponse:
        """Compare one with the stock."""
        facts = facts_of(request.account)
        found = await self._store.read(call, lambda read: accounts.check_duplicates(read, facts=facts))
        wording = Wording(self._texts, call.locale)
        return contract.CheckAccountDuplicatesResponse(duplicates=[duplicate_message(each, wording) for each in found])

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[Shown]]
    ) -> account_pb2.Account:
        wording = Wording(self._texts, call.locale)
        answer: account_pb2.Account = await self._store.write(
            call, request, use_case, answer=lambda shown: to_message(shown, wording)
        )
        return answer
