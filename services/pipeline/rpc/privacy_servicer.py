"""CustomerPrivacyService on the wire."""

from millrace.pipeline.v1 import account_pb2, contact_pb2, registration_pb2
from millrace.pipeline.v1 import customer_privacy_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import seen_version, uuid_of
from chassis.work import Store
from services.pipeline.application.erasing import (
    erase_account_person,
    erase_contact_person,
    erase_registration_person,
)
from services.pipeline.rpc import account_messages, contact_messages, registration_messages


class CustomerPrivacyServicer:
    """Personal data in pipeline (个人信息)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts

    async def EraseContactPerson(self, request: contract.EraseContactPersonRequest, call: Call) -> contact_pb2.Contact:
        """Erase the person of a contact."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: contact_pb2.Contact = await self._store.write(
            call,
            request,
            lambda work: erase_contact_person(work, uuid=uuid, seen=seen, reason=request.reason),
            answer=contact_messages.to_message,
        )
        return answer

    async def EraseAccountPerson(self, request: contract.EraseAccountPersonRequest, call: Call) -> account_pb2.Account:
        """Erase the person an account is."""
        uuid, seen, wording = uuid_of(request.name), seen_version(request.etag), Wording(self._texts, call.locale)
        answer: account_pb2.Account = await self._store.write(
            call,
            request,
            lambda work: erase_account_person(work, uuid=uuid, seen=seen, reason=request.reason),
            answer=lambda shown: account_messages.to_message(shown, wording),
        )
        return answer

    async def EraseRegistrationPerson(
        self, request: contract.EraseRegistrationPersonRequest, call: Call
    ) -> registration_pb2.Registration:
        """Erase the person a registration names."""
        uuid, seen, wording = uuid_of(request.name), seen_version(request.etag), Wording(self._texts, call.locale)
        answer: registration_pb2.Registration = await self._store.write(
            call,
            request,
            lambda work: erase_registration_person(work, uuid=uuid, seen=seen, reason=request.reason),
            answer=lambda found: registration_messages.to_message(found, wording, reader=call.principal),
        )
        return answer
