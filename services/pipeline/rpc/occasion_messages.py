"""Occasions between messages and the domain."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import occasion_pb2

from chassis.wire import changed_paths, date_message, date_of, named, put_instant
from kernel.errors import FieldMissing
from services.pipeline.domain.occasion import ComingOccasion, Occasion, OccasionFacts, OccasionKind

_KINDS: Mapping[int, OccasionKind] = {
    occasion_pb2.OccasionKind.Value(f"OCCASION_KIND_{kind.name}"): kind for kind in OccasionKind
}
_NUMBERS: Mapping[OccasionKind, Any] = {kind: number for number, kind in _KINDS.items()}


def facts_of(message: occasion_pb2.Occasion) -> OccasionFacts:
    """What the message says of the occasion; raises InvalidField with the field's path."""
    title = message.title.strip()
    if not title:
        raise FieldMissing(field="occasion.title")
    return OccasionFacts(
        title=title,
        kind=_KINDS[message.kind],
        day=date_of(message.day, field="occasion.day"),
        yearly=message.yearly,
        note=message.note,
    )


def edit_of(message: occasion_pb2.Occasion, mask: FieldMask) -> Callable[[OccasionFacts], OccasionFacts]:
    """What puts the masked fields over the facts that stand.

    Raises InvalidField for an empty mask, `*`, an unknown field, and one the service fills itself.
    """
    changed_paths(mask, occasion_pb2.Occasion)

    def apply(facts: OccasionFacts) -> OccasionFacts:
        merged = occasion_pb2.Occasion()
        _put_facts(merged, facts)
        mask.MergeMessage(message, merged, replace_message_field=True, replace_repeated_field=True)
        return facts_of(merged)

    return apply


def to_message(occasion: Occasion) -> occasion_pb2.Occasion:
    """The occasion on the wire."""
    message = occasion_pb2.Occasion(
        name=occasion.name,
        account=named("accounts", occasion.account),
        contact=named("contacts", occasion.contact),
        etag=str(occasion.version),
    )
    _put_facts(message, occasion.facts)
    put_instant(message.create_time, occasion.create_time)
    put_instant(message.update_time, occasion.update_time)
    if occasion.delete_time:
        put_instant(message.delete_time, occasion.delete_time)
    return message


def coming_message(coming: ComingOccasion) -> occasion_pb2.ComingOccasion:
    """What comes, on the wire."""
    return occasion_pb2.ComingOccasion(
        day=date_message(coming.day),
        kind=_NUMBERS[coming.kind],
        title=coming.title,
        account=named("accounts", coming.account),
        account_display_name=coming.account_display_name,
        contact=named("contacts", coming.contact),
        contact_display_name=coming.contact_display_name,
        occasion=named("occasions", coming.occasion),
        first_day=date_message(coming.first_day),
        years=coming.years,
    )


def _put_facts(message: occasion_pb2.Occasion, facts: OccasionFacts) -> None:
    message.title, message.kind = facts.title, _NUMBERS[facts.kind]
    message.yearly, message.note = facts.yearly, facts.note
    day = date_message(facts.day)
    if day is not None:
        message.day.CopyFrom(day)
