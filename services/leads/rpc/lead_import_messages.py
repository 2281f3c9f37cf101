"""Imports between messages and the chassis' words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millrace.leads.v1 import lead_import_pb2, lead_import_service_pb2
from millrace.reasons.v1 import reason_pb2

from chassis.imports.intake import Preview
from chassis.imports.kind import ImportOrder, Outcome, RowResult
from chassis.imports.lifecycle import Failure, Import, ImportState, Progress
from chassis.imports.mapping import Columns
from chassis.imports.refusals import ImportColumnTwice
from chassis.imports.refused_file import ADDED_HEADINGS
from chassis.imports.row_reading import ImportField, Problem
from chassis.imports.shape import FileFormat
from chassis.texts import Texts
from chassis.wire import named

STATE_NUMBERS: Mapping[ImportState, Any] = {
    state: lead_import_pb2.LeadImportState.Value(f"LEAD_IMPORT_STATE_{state.name}") for state in ImportState
}
FORMAT_NUMBERS: Mapping[FileFormat, Any] = {
    format_: lead_import_pb2.LeadImportFormat.Value(f"LEAD_IMPORT_FORMAT_{format_.name}") for format_ in FileFormat
}
OUTCOME_NUMBERS: Mapping[Outcome, Any] = {
    outcome: lead_import_pb2.LeadImportRowOutcome.Value(f"LEAD_IMPORT_ROW_OUTCOME_{outcome.name}")
    for outcome in Outcome
}
_SKIP = lead_import_pb2.LEAD_IMPORT_DUPLICATE_POLICY_SKIP
_ATTACH = lead_import_pb2.LEAD_IMPORT_DUPLICATE_POLICY_ATTACH
# What is shown of a cell: an answer with a few rows must not grow with the longest of them.
_SHOWN = 1000
# What problems of before did not tell.
_UNTOLD = {"expected": ""}


def columns_of(columns: Iterable[lead_import_pb2.LeadImportColumn]) -> Columns:
    """The chosen columns in the order of the request; raises ImportColumnTwice."""
    chosen: dict[int, str] = {}
    for place, each in enumerate(columns):
        if each.column in chosen:
            raise ImportColumnTwice(field=f"columns[{place}].column", column=each.column)
        chosen[each.column] = each.field
    return chosen


def order_of(request: lead_import_service_pb2.StartLeadImportRequest) -> ImportOrder:
    """How the rows are to be taken in."""
    return ImportOrder(
        dry_run=request.dry_run,
        skip_known=request.duplicate_policy == _SKIP,
        options={"channel": request.channel, "campaign": request.campaign},
    )


@dataclass(frozen=True, slots=True)
class ImportWording:
    """Imports as messages, in the reader's language."""

    texts: Texts
    locale: str

    def import_message(self, record: Import) -> lead_import_pb2.LeadImport:
        """The import with its progress."""
        shape, order = record.shape, record.order
        message = lead_import_pb2.LeadImport(
            name=named("leadImports", record.uuid),
            file_name=record.file_name,
            file_size=record.file_size,
            format=FORMAT_NUMBERS[shape.format],
            encoding=shape.encoding,
            delimiter=shape.delimiter,
            state=STATE_NUMBERS[record.state],
            dry_run=order.dry_run,
            duplicate_policy=_SKIP if order.skip_known else _ATTACH,
            columns=_columns(shape.headers, record.columns),
            channel=order.options.get("channel", ""),
            campaign=order.options.get("campaign", ""),
            row_count=shape.row_count,
            progress=_progress(record.progress),
            failure=self._failure(record.failure),
            creator=record.creator,
            etag=str(record.version),
        )
        message.create_time.FromDatetime(record.create_time)
        if record.start_time:
            message.start_time.FromDatetime(record.start_time)
        if record.end_time:
            message.end_time.FromDatetime(record.end_time)
        return message

    def preview_message(
        self, record: Import, preview: Preview, fields: Sequence[ImportField]
    ) -> lead_import_pb2.LeadImportPreview:
        """The first rows, with what is wrong with them."""
        headers = record.shape.headers
        return lead_import_pb2.LeadImportPreview(
            lead_import=self.import_message(record),
            columns=_columns(headers, preview.columns),
            fields=[
                lead_import_pb2.LeadImportField(field=each.path, display_name=self._heading(each)) for each in fields
            ],
            rows=[
                lead_import_pb2.LeadImportPreviewRow(line=row.line, cells=_padded(row.cells, len(headers)))
                for row in preview.rows
            ],
            problems=[self._problem(line, problem, headers) for line, problem in preview.problems],
        )

    def row_message(self, record: Import, line: int, result: RowResult) -> lead_import_pb2.LeadImportRow:
        """What became of one row."""
        return lead_import_pb2.LeadImportRow(
            name=f"{named('leadImports', record.uuid)}/rows/{line}",
            line=line,
            outcome=OUTCOME_NUMBERS[result.outcome],
            lead=named("leads", result.record),
            problems=[self._problem(line, problem, record.shape.headers) for problem in result.problems],
        )

    def sentence(self, problem: Problem, headers: Sequence[str]) -> str:
        """The problem in one sentence that begins with the column's heading."""
        text = self.texts.render(problem.code, _UNTOLD | dict(problem.parameters), self.locale)
        return f"{headers[problem.column - 1]}: {text}" if problem.column else text

    def added_headings(self) -> tuple[str, ...]:
        """The headings of the columns that the file of refused rows adds."""
        return tuple(self.texts.render(each, {}, self.locale) for each in ADDED_HEADINGS)

    def _heading(self, field: ImportField) -> str:
        return (field.english if self.locale == "en" else field.chinese)[0]

    def _failure(self, failure: Failure | None) -> reason_pb2.Reason | None:
        return self._reason(failure.code, failure.parameters) if failure else None

    def _problem(self, line: int, problem: Problem, headers: Sequence[str]) -> lead_import_pb2.LeadImportProblem:
        return lead_import_pb2.LeadImportProblem(
            line=line,
            column=problem.column,
            header=headers[problem.column - 1] if problem.column else "",
            reason=self._reason(problem.code, problem.parameters),
        )

    def _reason(self, code: str, parameters: Mapping[str, str]) -> reason_pb2.Reason:
        text = self.texts.render(code, _UNTOLD | dict(parameters), self.locale)
        return reason_pb2.Reason(code=code, parameters=dict(parameters), text=text)


def _columns(headers: Sequence[str], columns: Columns) -> list[lead_import_pb2.LeadImportColumn]:
    return [
        lead_import_pb2.LeadImportColumn(column=column, header=header, field=columns.get(column, ""))
        for column, header in enumerate(headers, start=1)
    ]


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*(cell[:_SHOWN] for cell in cells), *("",) * (width - len(cells))]


def _progress(progress: Progress) -> lead_import_pb2.LeadImportProgress:
    return lead_import_pb2.LeadImportProgress(
        done=progress.done,
        created=progress.created,
        touched=progress.touched,
        in_review=progress.in_review,
        skipped=progress.skipped,
        refused=progress.refused,
    )
