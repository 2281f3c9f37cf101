"""Contacts between messages and the domain."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import contact_pb2

from chassis.wire import changed_paths, date_message, date_of, named, put_instant
from kernel.errors import FieldMissing
from services.pipeline.domain.contact import Contact, ContactFacts, DecisionRole

ROLES: Mapping[int, DecisionRole] = {
    contact_pb2.DecisionRole.Value(f"DECISION_ROLE_{role.name}"): role for role in DecisionRole
}
_NUMBERS: Mapping[DecisionRole, Any] = {role: number for number, role in ROLES.items()}
_TEXTS = ("display_name", "job_title", "phone", "email", "wechat")
_LONG_TEXTS = ("preferences", "note")


def facts_of(message: contact_pb2.Contact, *, path: str = "contact") -> ContactFacts:
    """What the message says of the person; raises InvalidField with the field's path."""
    said = {name: getattr(message, name).strip() for name in _TEXTS}
    if not said["display_name"]:
        raise FieldMissing(field=f"{path}.display_name")
    return ContactFacts(
        **said,
        **{name: getattr(message, name) for name in _LONG_TEXTS},
        decision_role=ROLES[message.decision_role],
        birth_date=date_of(message.birth_date, field=f"{path}.birth_date") if message.HasField("birth_date") else None,
        interests=tuple(dict.fromkeys(message.interests)),
    )


def edit_of(message: contact_pb2.Contact, mask: FieldMask) -> Callable[[ContactFacts], ContactFacts]:
    """What puts the masked fields over the facts that stand.

    Raises InvalidField for an empty mask, `*`, an unknown field, and one the service fills itself.
    """
    changed_paths(mask, contact_pb2.Contact)

    def apply(facts: ContactFacts) -> ContactFacts:
        merged = contact_pb2.Contact()
        _put_facts(merged, facts)
        mask.MergeMessage(message, merged, replace_message_field=True, replace_repeated_field=True)
        return facts_of(merged)

    return apply


def to_message(contact: Contact) -> contact_pb2.Contact:
    """The contact on the wire."""
    message = contact_pb2.Contact()
    _put_facts(message, contact.facts)
    message.name = contact.name
    message.account = named("accounts", contact.account)
    message.owner = named("members", contact.ownership.owner)
    message.team = named("teams", contact.ownership.team)
    message.region = named("regions", contact.ownership.region)
    put_instant(message.create_time, contact.create_time)
    put_instant(message.update_time, contact.update_time)
    if contact.delete_time:
        put_instant(message.delete_time, contact.delete_time)
    message.etag = str(contact.version)
    return message


def _put_facts(message: contact_pb2.Contact, facts: ContactFacts) -> None:
    for name in (*_TEXTS, *_LONG_TEXTS):
        setattr(message, name, getattr(facts, name))
    message.decision_role = _NUMBERS[facts.decision_role]
    message.interests.extend(facts.interests)
    born = date_message(facts.birth_date)
    if born is not None:
        message.birth_date.CopyFrom(born)
