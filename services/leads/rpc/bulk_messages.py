"""Bulk changes between messages and the domain."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import lead_bulk_change_pb2 as contract

from chassis.rpc.wording import Wording
from chassis.wire import instant, named, put_instant, uuid_of
from services.leads.domain.bulk_actions import (
    AssignAction,
    BulkAction,
    DismissAction,
    DisqualifyAction,
    IndustryAction,
    RegionAction,
    TagAction,
)
from services.leads.domain.bulk_changes import BulkChange, BulkRow, BulkState, RowOutcome

_STATES: Mapping[BulkState, Any] = {
    state: contract.LeadBulkChangeState.Value(f"LEAD_BULK_CHANGE_STATE_{state.name}") for state in BulkState
}
_OUTCOMES: Mapping[RowOutcome, Any] = {
    outcome: contract.LeadBulkChangeOutcome.Value(f"LEAD_BULK_CHANGE_OUTCOME_{outcome.name}") for outcome in RowOutcome
}


def action_of(message: contract.LeadBulkAction) -> BulkAction:
    """What the message says the leads are to be changed by; the contract lets no message say nothing."""
    match message.WhichOneof("action"):
        case "assign":
            owner = uuid_of(message.assign.owner, field="action.assign.owner")
            return AssignAction(owner=owner, words=message.assign.reason.strip())
        case "tag":
            return TagAction(add=_tags(message.tag.add), remove=_tags(message.tag.remove))
        case "region":
            return RegionAction(region=uuid_of(message.region, field="action.region"))
        case "industry":
            return IndustryAction(industry=message.industry.strip())
        case "disqualify":
            return DisqualifyAction(code=message.disqualify.reason, note=message.disqualify.note.strip())
        case _:
            return DismissAction()


def action_message(action: BulkAction) -> contract.LeadBulkAction:
    """The action on the wire."""
    match action:
        case AssignAction(owner=owner, words=words):
            return contract.LeadBulkAction(assign=contract.AssignLeads(owner=named("members", owner), reason=words))
        case TagAction(add=add, remove=remove):
            return contract.LeadBulkAction(tag=contract.TagLeads(add=add, remove=remove))
        case RegionAction(region=region):
            return contract.LeadBulkAction(region=named("regions", region))
        case IndustryAction(industry=industry):
            return contract.LeadBulkAction(industry=industry)
        case DisqualifyAction(code=code, note=note):
            return contract.LeadBulkAction(disqualify=contract.DisqualifyLeads(reason=code, note=note))
        case DismissAction():
            return contract.LeadBulkAction(dismiss_duplicates=contract.DismissLeadDuplicates())


def to_message(change: BulkChange) -> contract.LeadBulkChange:
    """The bulk change on the wire."""
    message = contract.LeadBulkChange(
        name=change.name,
        state=_STATES[change.state],
        action=action_message(change.action),
        filter=change.filter,
        author=change.starter.subject,
        author_display_name=change.starter.name,
        end_time=instant(change.end_time),
        lead_count=change.lead_count,
        done_count=change.done,
        changed_count=change.changed,
        unchanged_count=change.unchanged,
        refused_count=change.refused,
    )
    put_instant(message.start_time, change.start_time)
    return message


def row_message(row: BulkRow, wording: Wording) -> contract.LeadBulkChangeRow:
    """What became of one lead, with why in the reader's language."""
    return contract.LeadBulkChangeRow(
        place=row.place,
        lead=named("leads", row.lead),
        company_name=row.company_name,
        outcome=_OUTCOMES[row.outcome],
        reasons=wording.reasons([row.reason] if row.reason else ()),
    )


def _tags(told: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in told if tag.strip()))
