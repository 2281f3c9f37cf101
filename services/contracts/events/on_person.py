"""What contracts does when pipeline tells that a person was erased: it erases him, too (G30)."""

from typing import Any

from millrace.pipeline.v1 import account_events_pb2, contact_events_pb2

from chassis.consumer import Event
from chassis.reactions import Reactions
from chassis.wire import reference, uuid_of
from chassis.work import UnitOfWork
from services.contracts.application.erasing import erase_account_person


def reactions_to_people() -> Reactions:
    """A contact of a customer was erased, or a customer who is a person himself."""
    return {
        contact_events_pb2.ContactPersonErased: _contact,
        account_events_pb2.AccountPersonErased: _account,
    }


async def _contact(work: UnitOfWork, event: Event) -> None:
    message: Any = event.message
    account = reference(message.contact.account, field="account")
    if account is not None:
        await erase_account_person(work, account=account, contact=uuid_of(message.contact.name))


async def _account(work: UnitOfWork, event: Event) -> None:
    message: Any = event.message
    await erase_account_person(work, account=uuid_of(message.account.name), contact=None)
