"""ContactService on the wire."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from millrace.pipeline.v1 import contact_pb2
from millrace.pipeline.v1 import contact_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import required_version, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application import contacts
from services.pipeline.domain.contact import Contact
from services.pipeline.rpc.contact_messages import edit_of, facts_of, to_message


class ContactServicer:
    """Contacts (联系人)."""

    def __init__(self, store: Store, *, zone: ZoneInfo, page_key: bytes) -> None:
        """Days are days of `zone`; `page_key` seals page tokens."""
        self._store = store
        self._zone = zone
        self._page_key = page_key

    async def CreateContact(self, request: contract.CreateContactRequest, call: Call) -> contact_pb2.Contact:
        """Add one."""
        account = uuid_of(request.contact.account, field="contact.account")
        facts, zone = facts_of(request.contact), self._zone
        return await self._write(
            request, call, lambda work: contacts.add_contact(work, account=account, facts=facts, zone=zone)
        )

    async def GetContact(self, request: contract.GetContactRequest, call: Call) -> contact_pb2.Contact:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: contacts.get_contact(read, uuid=uuid)))

    async def ListContacts(self, request: contract.ListContactsRequest, call: Call) -> contract.ListContactsResponse:
        """Read a page."""
        wanted, all_of_them = page_request(request, call, key=self._page_key), request.show_deleted
        page = await self._store.read(
            call, lambda read: contacts.list_contacts(read, wanted=wanted, show_deleted=all_of_them)
        )
        return contract.ListContactsResponse(
            contacts=[to_message(contact) for contact in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateContact(self, request: contract.UpdateContactRequest, call: Call) -> contact_pb2.Contact:
        """Change the masked fields of one."""
        uuid = uuid_of(request.contact.name, field="contact.name")
        seen = required_version(request.contact.etag, field="contact.etag")
        edit, zone = edit_of(request.contact, request.update_mask), self._zone
        return await self._write(
            request, call, lambda work: contacts.update_contact(work, uuid=uuid, seen=seen, edit=edit, zone=zone)
        )

    async def DeleteContact(self, request: contract.DeleteContactRequest, call: Call) -> contact_pb2.Contact:
        """Archive one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(request, call, lambda work: contacts.archive_contact(work, uuid=uuid, seen=seen))

    async def UndeleteContact(self, request: contract.UndeleteContactRequest, call: Call) -> contact_pb2.Contact:
        """Bring one back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(request, call, lambda work: contacts.bring_contact_back(work, uuid=uuid, seen=seen))

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[Contact]]
    ) -> contact_pb2.Contact:
        answer: contact_pb2.Contact = await self._store.write(call, request, use_case, answer=to_message)
        return answer
