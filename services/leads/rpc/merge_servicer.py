"""LeadMergeService on the wire."""

from uuid import UUID

from millrace.leads.v1 import lead_merge_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.settings import Environment
from chassis.texts import Texts
from chassis.wire import seen_version, uuid_of
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.application.merge_undoing import get_merge, list_merges, undo_merge
from services.leads.application.merging import Wanted, merge_leads, preview_merge
from services.leads.rpc.merge_messages import merge_message, others_of, preview_message, wishes_of


def undo_days(env: Environment) -> int:
    """For how many days a merge can be undone."""
    return env.whole(
        "MILLRACE_LEADS_MERGE_UNDO_DAYS",
        30,
        least=0,
        most=3650,
        means="for how many days a merge of leads can be undone",
    )


class LeadMergeServicer:
    """Merging leads (线索合并)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, *, days: int, page_key: bytes) -> None:
        """A merge can be undone for so many `days`; `page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._days = days
        self._page_key = page_key

    async def PreviewLeadMerge(
        self, request: contract.PreviewLeadMergeRequest, call: Call
    ) -> contract.PreviewLeadMergeResponse:
        """Look before."""
        survivor, others, wishes = Wanted(uuid_of(request.name)), others_of(request), wishes_of(request)
        preview = await self._store.read(
            call,
            lambda read: preview_merge(read, survivor=survivor, others=others, wishes=wishes, desk=self._desk),
        )
        return preview_message(preview, Wording(self._texts, call.locale))

    async def MergeLeads(self, request: contract.MergeLeadsRequest, call: Call) -> contract.LeadMerge:
        """Make several one."""
        survivor = Wanted(uuid_of(request.name), seen_version(request.etag))
        others, wishes = others_of(request), wishes_of(request)
        answer: contract.LeadMerge = await self._store.write(
            call,
            request,
            lambda work: merge_leads(
                work, survivor=survivor, others=others, wishes=wishes, desk=self._desk, undo_days=self._days
            ),
            answer=merge_message,
        )
        return answer

    async def UndoLeadMerge(self, request: contract.UndoLeadMergeRequest, call: Call) -> contract.LeadMerge:
        """Make them several again."""
        survivor, merge = _ids(request.name)
        seen = seen_version(request.etag)
        answer: contract.LeadMerge = await self._store.write(
            call,
            request,
            lambda work: undo_merge(work, survivor=survivor, merge=merge, seen=seen, desk=self._desk),
            answer=merge_message,
        )
        return answer

    async def GetLeadMerge(self, request: contract.GetLeadMergeRequest, call: Call) -> contract.LeadMerge:
        """Read one."""
        survivor, merge = _ids(request.name)
        return merge_message(await self._store.read(call, lambda read: get_merge(read, survivor=survivor, merge=merge)))

    async def ListLeadMerges(
        self, request: contract.ListLeadMergesRequest, call: Call
    ) -> contract.ListLeadMergesResponse:
        """Read a page."""
        survivor, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_merges(read, survivor=survivor, wanted=wanted))
        return contract.ListLeadMergesResponse(
            lead_merges=map(merge_message, page.items),
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


def _ids(name: str) -> tuple[UUID, UUID]:
    """The lead and the merge that a name is made of."""
    lead, _, merge = name.partition("/merges/")
    return uuid_of(lead), uuid_of(f"merges/{merge}")
