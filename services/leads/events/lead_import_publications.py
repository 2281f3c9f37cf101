"""Which message tells of each event of an import; the wiring adds them to the service's other publications."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from millrace.leads.v1 import lead_import_events_pb2 as events
from millrace.leads.v1 import lead_import_pb2

from chassis.imports import lifecycle
from chassis.imports.lifecycle import Import
from chassis.publication import Publication, Publications


def _snapshot(record: Import) -> events.LeadImportSnapshot:
    progress = record.progress
    snapshot = events.LeadImportSnapshot(
        name=f"{record.kind}/{record.uuid}",
        state=lead_import_pb2.LeadImportState.Value(f"LEAD_IMPORT_STATE_{record.state.name}"),
        dry_run=record.order.dry_run,
        row_count=record.shape.row_count,
        progress=lead_import_pb2.LeadImportProgress(
            done=progress.done,
            created=progress.created,
            touched=progress.touched,
            in_review=progress.in_review,
            skipped=progress.skipped,
            refused=progress.refused,
        ),
        channel=record.order.options.get("channel", ""),
        campaign=record.order.options.get("campaign", ""),
        creator=record.creator,
    )
    snapshot.create_time.FromDatetime(record.create_time)
    return snapshot


def _told_as(message: type[Any]) -> Callable[[object, Import], Message]:
    return lambda _event, record: message(lead_import=_snapshot(record))


LEAD_IMPORT_PUBLICATIONS: Publications = {
    lifecycle.ImportUploaded: Publication("lead_import.uploaded", _told_as(events.LeadImportUploaded)),
    lifecycle.ImportPreviewed: Publication("lead_import.previewed", _told_as(events.LeadImportPreviewed)),
    lifecycle.ImportStarted: Publication("lead_import.started", _told_as(events.LeadImportStarted)),
    lifecycle.ImportFinished: Publication("lead_import.finished", _told_as(events.LeadImportFinished)),
    lifecycle.ImportFailed: Publication("lead_import.failed", _told_as(events.LeadImportFailed)),
    lifecycle.ImportCancelled: Publication("lead_import.cancelled", _told_as(events.LeadImportCancelled)),
}
