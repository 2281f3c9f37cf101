"""Entries of the gift log between messages and the domain."""

from collections.abc import Mapping
from typing import Any

from millrace.pipeline.v1 import care_record_pb2

from chassis.wire import date_message, date_of, money_message, money_of, named, put_instant, reference
from services.pipeline.domain.care_record import CareFacts, CareKind, CareRecord

_KINDS: Mapping[int, CareKind] = {care_record_pb2.CareKind.Value(f"CARE_KIND_{kind.name}"): kind for kind in CareKind}
_NUMBERS: Mapping[CareKind, Any] = {kind: number for number, kind in _KINDS.items()}


def facts_of(message: care_record_pb2.CareRecord) -> CareFacts:
    """What the message says was given or done; raises InvalidField with the field's path."""
    path = "care_record"
    return CareFacts(
        kind=_KINDS[message.kind],
        day=date_of(message.day, field=f"{path}.day"),
        worth=money_of(message.worth, field=f"{path}.worth") if message.HasField("worth") else None,
        note=message.note,
        occasion=reference(message.occasion, field=f"{path}.occasion"),
        birthday=message.birthday,
    )


def to_message(record: CareRecord) -> care_record_pb2.CareRecord:
    """The entry on the wire."""
    facts, struck = record.facts, record.correction
    message = care_record_pb2.CareRecord(
        name=record.name,
        contact=named("contacts", record.contact),
        account=named("accounts", record.account),
        kind=_NUMBERS[facts.kind],
        day=date_message(facts.day),
        worth=money_message(facts.worth),
        note=facts.note,
        occasion=named("occasions", facts.occasion),
        birthday=facts.birthday,
        member=named("members", record.member),
        corrects=named("careRecords", record.corrects),
        correction_reason=struck.reason if struck else "",
        etag=str(record.version),
    )
    put_instant(message.create_time, record.create_time)
    if struck:
        put_instant(message.correct_time, struck.time)
    return message
