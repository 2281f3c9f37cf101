"""What pipeline publishes of the care calendar and the gift log: ids and classes, no words."""

from typing import Any

from millrace.pipeline.v1 import care_record_events_pb2 as care_record_events
from millrace.pipeline.v1 import care_record_pb2, occasion_pb2
from millrace.pipeline.v1 import occasion_events_pb2 as occasion_events

from chassis.publication import Publication, Publications
from chassis.wire import date_message, instant, money_message, named
from services.pipeline.domain import care_record as care_records
from services.pipeline.domain import erasing_care as erasing
from services.pipeline.domain import occasion as occasions
from services.pipeline.domain.care_record import CareKind, CareRecord
from services.pipeline.domain.occasion import Occasion, OccasionKind

_OCCASION_KINDS: dict[OccasionKind, Any] = {
    kind: occasion_pb2.OccasionKind.Value(f"OCCASION_KIND_{kind.name}") for kind in OccasionKind
}
_CARE_KINDS: dict[CareKind, Any] = {kind: care_record_pb2.CareKind.Value(f"CARE_KIND_{kind.name}") for kind in CareKind}


def occasion_snapshot(occasion: Occasion) -> occasion_events.OccasionSnapshot:
    """The occasion's public state."""
    return occasion_events.OccasionSnapshot(
        name=occasion.name,
        account=named("accounts", occasion.account),
        contact=named("contacts", occasion.contact),
        kind=_OCCASION_KINDS[occasion.facts.kind],
        yearly=occasion.facts.yearly,
        create_time=instant(occasion.create_time),
        deleted=occasion.delete_time is not None,
    )


def care_record_snapshot(record: CareRecord) -> care_record_events.CareRecordSnapshot:
    """The entry's public state."""
    facts = record.facts
    return care_record_events.CareRecordSnapshot(
        name=record.name,
        account=named("accounts", record.account),
        contact=named("contacts", record.contact),
        kind=_CARE_KINDS[facts.kind],
        day=date_message(facts.day),
        worth=money_message(facts.worth),
        occasion=named("occasions", facts.occasion),
        member=named("members", record.member),
        corrects=named("careRecords", record.corrects),
        corrected=record.correction is not None,
        create_time=instant(record.create_time),
    )


OCCASIONS: Publications = {
    occasions.OccasionCreated: Publication(
        "occasion.created", lambda _, state: occasion_events.OccasionCreated(occasion=state), state=occasion_snapshot
    ),
    occasions.OccasionUpdated: Publication(
        "occasion.updated",
        lambda event, state: occasion_events.OccasionUpdated(occasion=state, changed_fields=event.changed_fields),
        state=occasion_snapshot,
    ),
    occasions.OccasionDeleted: Publication(
        "occasion.deleted", lambda _, state: occasion_events.OccasionDeleted(occasion=state), state=occasion_snapshot
    ),
    occasions.OccasionUndeleted: Publication(
        "occasion.undeleted",
        lambda _, state: occasion_events.OccasionUndeleted(occasion=state),
        state=occasion_snapshot,
    ),
    erasing.OccasionPersonErased: Publication(
        "occasion.person_erased",
        lambda _, state: occasion_events.OccasionPersonErased(occasion=state),
        state=occasion_snapshot,
    ),
}
CARE_RECORDS: Publications = {
    care_records.CareRecordCreated: Publication(
        "care_record.created",
        lambda _, state: care_record_events.CareRecordCreated(care_record=state),
        state=care_record_snapshot,
    ),
    care_records.CareRecordStruckOut: Publication(
        "care_record.corrected",
        lambda _, state: care_record_events.CareRecordCorrected(care_record=state),
        state=care_record_snapshot,
    ),
    erasing.CareRecordPersonErased: Publication(
        "care_record.person_erased",
        lambda _, state: care_record_events.CareRecordPersonErased(care_record=state),
        state=care_record_snapshot,
    ),
}
