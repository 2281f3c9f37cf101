"""Merges between messages and the domain."""

from collections.abc import Iterable, Mapping
from typing import Any

from millrace.leads.v1 import lead_merge_service_pb2 as contract
from millrace.leads.v1 import lead_pb2

from chassis.rpc.wording import Wording
from chassis.wire import named, put_instant, seen_version, uuid_of
from services.leads.application.merging import MergePreview, ShownMerge, Wanted
from services.leads.domain.lead import Lead
from services.leads.domain.merge_fields import Wishes
from services.leads.domain.merge_record import FieldDecision, LeadMerge, Merged, MergeRule, Preference
from services.leads.rpc.lead_messages import facts_message, merge_name, put_lead

_RULES: Mapping[MergeRule, Any] = {
    rule: contract.LeadMergeRule.Value(f"LEAD_MERGE_RULE_{rule.name}") for rule in MergeRule
}
_PREFERENCES: Mapping[int, Preference] = {
    contract.LEAD_MERGE_PREFERENCE_UNSPECIFIED: Preference.SURVIVOR,
    contract.LEAD_MERGE_PREFERENCE_SURVIVOR: Preference.SURVIVOR,
    contract.LEAD_MERGE_PREFERENCE_NEWEST: Preference.NEWEST,
}


def others_of(request: contract.MergeLeadsRequest | contract.PreviewLeadMergeRequest) -> list[Wanted]:
    """The leads that are to go, each at the version the caller saw."""
    return [
        Wanted(
            uuid_of(each.lead, field=f"others[{place}].lead"),
            seen_version(each.etag, field=f"others[{place}].etag"),
        )
        for place, each in enumerate(request.others)
    ]


def wishes_of(request: contract.MergeLeadsRequest | contract.PreviewLeadMergeRequest) -> Wishes:
    """Whose values are to stay."""
    choices = {name: uuid_of(lead, field="choices") for name, lead in request.choices.items()}
    return Wishes(preference=_PREFERENCES[request.preference], choices=choices)


def merge_message(shown: ShownMerge) -> contract.LeadMerge:
    """The merge on the wire."""
    merge = shown.merge
    message = contract.LeadMerge(
        name=merge_name(Merged(into=merge.survivor, merge=merge.uuid)),
        others=[named("leads", other) for other in merge.others],
        author=merge.done.actor,
        author_display_name=merge.done.name,
        fields=_fields(merge.decisions),
        leads=[_as_told(lead) for lead in shown.leads],
        survivor_version=merge.version,
    )
    put_instant(message.merge_time, merge.done.time)
    put_instant(message.undo_until, merge.undo_until)
    _put_undone(message, merge)
    return message


def preview_message(preview: MergePreview, wording: Wording) -> contract.PreviewLeadMergeResponse:
    """What a merge would come to, on the wire; the survivor still bears the version it has."""
    answer = contract.PreviewLeadMergeResponse(
        fields=_fields(preview.decisions), leads=[_as_seen(lead) for lead in preview.leads]
    )
    put_lead(answer.result, preview.result, wording)
    return answer


def _put_undone(message: contract.LeadMerge, merge: LeadMerge) -> None:
    if merge.undone is not None:
        message.undo_author, message.undo_author_display_name = merge.undone.actor, merge.undone.name
        put_instant(message.undo_time, merge.undone.time)


def _fields(decisions: Iterable[FieldDecision]) -> list[contract.LeadMergeField]:
    return [
        contract.LeadMergeField(
            field=each.field,
            lead=named("leads", each.source),
            rule=_RULES[each.rule],
            conflict=each.conflict,
        )
        for each in decisions
    ]


def _as_told(lead: Lead) -> lead_pb2.Lead:
    """What people entered of a lead, with its name."""
    message = facts_message(lead.facts)
    message.name = named("leads", lead.uuid)
    return message


def _as_seen(lead: Lead) -> lead_pb2.Lead:
    """The same with its version, which whoever merges sends back."""
    message = _as_told(lead)
    message.etag = str(lead.version)
    return message
