"""RegistrationService on the wire."""

from collections.abc import Awaitable, Callable, Mapping

from google.protobuf.message import Message
from millrace.pipeline.v1 import registration_pb2 as messages
from millrace.pipeline.v1 import registration_service_pb2 as contract

from chassis.approvals import ApprovalState
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import reference, required_version, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.application.registration_protection import renew_registration
from services.pipeline.application.registration_review import Judgement, review_registration, submit_registration
from services.pipeline.application.registrations import (
    Findings,
    check_registration,
    create_registration,
    get_registration,
    list_registrations,
    update_registration,
)
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.registration_facts import SIX_FIELDS
from services.pipeline.domain.registration_form import FormField
from services.pipeline.rpc.registration_messages import (
    check_messages,
    edit_of,
    facts_of,
    to_message,
    verdicts_of,
)

_OUTCOMES: Mapping[int, ApprovalState] = {
    contract.REVIEW_OUTCOME_APPROVE: ApprovalState.APPROVED,
    contract.REVIEW_OUTCOME_RETURN: ApprovalState.RETURNED,
    contract.REVIEW_OUTCOME_REJECT: ApprovalState.REJECTED,
}


class RegistrationServicer:
    """Registrations of opportunities (商机报备)."""

    def __init__(self, store: Store, desk: RegistrationDesk, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._page_key = page_key

    async def CreateRegistration(
        self, request: contract.CreateRegistrationRequest, call: Call
    ) -> messages.Registration:
        """Begin one."""
        facts = facts_of(request.registration)
        owner = reference(request.registration.owner, field="registration.owner")
        return await self._write(
            request, call, lambda work: create_registration(work, facts=facts, owner=owner, desk=self._desk)
        )

    async def GetRegistration(self, request: contract.GetRegistrationRequest, call: Call) -> messages.Registration:
        """Read one."""
        uuid = uuid_of(request.name)
        found = await self._store.read(call, lambda read: get_registration(read, uuid=uuid))
        return to_message(found, self._wording(call), reader=call.principal)

    async def ListRegistrations(
        self, request: contract.ListRegistrationsRequest, call: Call
    ) -> contract.ListRegistrationsResponse:
        """Read a page."""
        wanted, wording = page_request(request, call, key=self._page_key), self._wording(call)
        page = await self._store.read(call, lambda read: list_registrations(read, wanted=wanted))
        return contract.ListRegistrationsResponse(
            registrations=[to_message(each, wording, reader=call.principal) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateRegistration(
        self, request: contract.UpdateRegistrationRequest, call: Call
    ) -> messages.Registration:
        """Change the masked fields of one."""
        told = request.registration
        uuid = uuid_of(told.name, field="registration.name")
        seen = required_version(told.etag, field="registration.etag")
        edit = edit_of(told, request.update_mask)
        return await self._write(
            request, call, lambda work: update_registration(work, uuid=uuid, seen=seen, edit=edit, desk=self._desk)
        )

    async def CheckRegistration(
        self, request: contract.CheckRegistrationRequest, call: Call
    ) -> contract.CheckRegistrationResponse:
        """Tell what a submission would meet."""
        uuid, wording = uuid_of(request.name), self._wording(call)

        def told(found: Findings) -> contract.CheckRegistrationResponse:
            return contract.CheckRegistrationResponse(
                missing_fields=found.missing,
                checks=check_messages(found.checks, wording),
                conflicts=wording.reasons(found.conflicts),
            )

        answer: contract.CheckRegistrationResponse = await self._store.write(
            call, request, lambda work: check_registration(work, uuid=uuid, desk=self._desk), answer=told
        )
        return answer

    async def SubmitRegistration(
        self, request: contract.SubmitRegistrationRequest, call: Call
    ) -> messages.Registration:
        """Submit one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            request, call, lambda work: submit_registration(work, uuid=uuid, seen=seen, desk=self._desk)
        )

    async def ReviewRegistration(
        self, request: contract.ReviewRegistrationRequest, call: Call
    ) -> messages.Registration:
        """Judge one."""
        uuid = uuid_of(request.name)
        judgement = Judgement(
            outcome=_OUTCOMES[request.outcome],
            verdicts=verdicts_of(request.verdicts),
            seen=request.content_hash,
            comment=request.comment.strip(),
            despite_conflicts=request.despite_conflicts,
        )
        return await self._write(
            request, call, lambda work: review_registration(work, uuid=uuid, judgement=judgement, desk=self._desk)
        )

    async def RenewRegistration(self, request: contract.RenewRegistrationRequest, call: Call) -> messages.Registration:
        """Protect a customer longer."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            request, call, lambda work: renew_registration(work, uuid=uuid, seen=seen, desk=self._desk)
        )

    async def GetRegistrationForm(
        self, _request: contract.GetRegistrationFormRequest, call: Call
    ) -> contract.GetRegistrationFormResponse:
        """Tell how the fields are filled in."""
        form = await self._store.read(call, self._desk.form)
        return contract.GetRegistrationFormResponse(fields=[_form_field(each, call.locale) for each in form.fields])

    def _wording(self, call: Call) -> Wording:
        return Wording(self._texts, call.locale)

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[Registration]]
    ) -> messages.Registration:
        wording = self._wording(call)
        answer: messages.Registration = await self._store.write(
            call,
            request,
            use_case,
            answer=lambda found: to_message(found, wording, reader=call.principal),
        )
        return answer


def _form_field(field: FormField, locale: str) -> messages.RegistrationFormField:
    words = field.words[locale]
    return messages.RegistrationFormField(
        field=field.field,
        paths=SIX_FIELDS[field.field],
        label=words.label,
        norm=words.norm,
        good_example=words.good,
        bad_example=words.bad,
    )
