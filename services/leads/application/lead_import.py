"""Importing leads (线索导入): the rows of a list become leads, as if each had been told by hand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from chassis.imports.kind import ImportOrder, Outcome, RowResult
from chassis.imports.row_reading import Problem
from chassis.work import Read, UnitOfWork
from kernel.errors import Refusal
from services.leads.application.capture import Captured
from services.leads.application.capture_many import CaptureOutcome, Skipped, capture_many
from services.leads.application.intake import Briefing, IntakeDesk, Told
from services.leads.application.lead_row import LeadRow, problem_of
from services.leads.domain.channels import CampaignUnknown, ChannelUnknown
from services.leads.domain.import_traces import LeadTrace, trace_of

IMPORT = "leads.import"


async def check_origin(read: Read, *, desk: IntakeDesk, channel: str, campaign: str) -> None:
    """The channel and the campaign of rows that name none must be open; raises ChannelUnknown, CampaignUnknown."""
    rules = (await desk.brief(read, naming=[channel, campaign])).rules
    known = {f"channels/{uuid}" for uuid, each in rules.channels.items() if each.active}
    if channel and channel not in known:
        raise ChannelUnknown(channel=channel)
    planned = {f"campaigns/{uuid}" for uuid, each in rules.campaigns.items() if each.plan.active}
    if campaign and campaign not in planned:
        raise CampaignUnknown(campaign=campaign)


async def take_lead_rows(
    work: UnitOfWork, rows: Sequence[LeadRow], order: ImportOrder, *, desk: IntakeDesk
) -> list[RowResult]:
    """A batch of rows is captured at once; a row that names an unknown channel, campaign or region is refused."""
    written = [name for row in rows for name in (row.channel, row.campaign)]
    naming = [order.options.get("channel", ""), order.options.get("campaign", ""), *written]
    origins = _Origins(await desk.brief(work, naming=naming), order)
    placed = [origins.placed(row) for row in rows]
    told = [one for one in placed if isinstance(one, Told)]
    outcomes = await capture_many(work, told=told, desk=desk, skip_known=order.skip_known, dry_run=order.dry_run)
    captured = iter(outcomes)
    return [
        _result(next(captured), dry_run=order.dry_run) if isinstance(one, Told) else _refused(*one) for one in placed
    ]


class _Origins:
    """The names of channels, campaigns and regions of one moment."""

    def __init__(self, briefing: Briefing, order: ImportOrder) -> None:
        rules = briefing.rules
        self._channels = _index("channels", ((uuid, each.display_name) for uuid, each in rules.channels.items()))
        self._campaigns = _index(
            "campaigns", ((uuid, each.plan.display_name) for uuid, each in rules.campaigns.items())
        )
        regions = briefing.organization.regions.items()
        self._regions = _index("regions", ((uuid, each.display_name) for uuid, each in regions))
        self._channel = order.options.get("channel", "")
        self._campaign = order.options.get("campaign", "")

    def placed(self, row: LeadRow) -> Told | Sequence[Problem]:
        """What the row tells, with channel, campaign and region, or everything it names that does not exist."""
        channel, campaign, region = row.channel or self._channel, row.campaign or self._campaign, row.region
        found = (_find(self._channels, channel), _find(self._campaigns, campaign), _find(self._regions, region))
        if (channel and not found[0]) or (campaign and not found[1]) or (region and not found[2]):
            named = zip(("channel", "campaign", "region"), (channel, campaign, region), found, strict=True)
            return [_unknown(field, name) for field, name, uuid in named if name and uuid is None]
        facts = replace(row.facts, channel=found[0], campaign=found[1], region=found[2]) if any(found) else row.facts
        return Told(facts, row.traits)


def _unknown(field: str, name: str) -> Problem:
    return Problem(code=f"{field.upper()}_UNKNOWN", field=field, parameters={field: name[:80]})


def _index(collection: str, named: Iterable[tuple[UUID, str]]) -> dict[str, UUID]:
    index: dict[str, UUID] = {}
    for uuid, name in named:
        index.setdefault(name.strip().casefold(), uuid)
        index[f"{collection}/{uuid}"] = uuid
    return index


def _find(index: Mapping[str, UUID], name: str) -> UUID | None:
    return index.get(name.strip().casefold()) if name else None


def _result(outcome: CaptureOutcome, *, dry_run: bool) -> RowResult:
    if isinstance(outcome, Refusal):
        return _refused(problem_of(outcome))
    if isinstance(outcome, Skipped):
        return RowResult(outcome=Outcome.SKIPPED, record=None if dry_run else outcome.lead.uuid)
    # After a dry run even a lead that was touched may be one that nobody wrote: a row further up.
    if dry_run:
        return RowResult(outcome=_outcome_of(outcome))
    return RowResult(outcome=_outcome_of(outcome), record=outcome.lead.uuid, trace=_trace(outcome))


def _trace(captured: Captured) -> LeadTrace:
    lead, before = captured.lead, captured.before
    return trace_of(lead.facts, lead=lead.uuid, touch=captured.touch, before=before.facts if before else None)


def _outcome_of(captured: Captured) -> Outcome:
    if captured.touched:
        return Outcome.TOUCHED
    return Outcome.IN_REVIEW if captured.in_review else Outcome.CREATED


def _refused(*problems: Problem) -> RowResult:
    return RowResult(outcome=Outcome.REFUSED, problems=problems)
