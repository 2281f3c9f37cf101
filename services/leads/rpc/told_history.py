"""The history of a lead as pipeline is told it: worded in both languages, for pipeline has no words for our reasons."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from google.protobuf.message import Message
from millrace.pipeline.v1 import lead_history_pb2 as pipeline
from millrace.pipeline.v1.account_collaborator_pb2 import AccountCollaborator, AccountCollaboratorRole

from chassis.collaborators import Invitation
from chassis.texts import Texts
from chassis.wire import date_message, instant, named
from services.leads.domain.lead_history import Happening, HistoryEntry
from trade.reasons import Reason

_KINDS: Mapping[Happening, Any] = {
    each: pipeline.LeadHistoryKind.Value(f"LEAD_HISTORY_KIND_{each.name}") for each in Happening
}
_MOST_REASONS, _LONGEST = 50, 1000
_DIGEST_BYTES = 8


def history_messages(history: Iterable[HistoryEntry], texts: Texts) -> list[pipeline.ToldLeadHistory]:
    """The entries on the wire, each within what pipeline takes."""
    return [
        pipeline.ToldLeadHistory(
            kind=_KINDS[entry.happening],
            time=instant(entry.time),
            actor=entry.actor,
            channel=named("channels", entry.channel),
            campaign=named("campaigns", entry.campaign),
            need=entry.need,
            owner=named("members", entry.owner),
            grade=entry.grade.value if entry.grade else "",
            reasons=[_worded(reason, texts) for reason in entry.reasons[:_MOST_REASONS]],
        )
        for entry in history
    ]


def collaborator_message(terms: Invitation) -> AccountCollaborator:
    """Who works on the lead beside its owner."""
    return AccountCollaborator(
        member=named("members", terms.member),
        role=AccountCollaboratorRole.Value(f"ACCOUNT_COLLABORATOR_ROLE_{terms.role.name}"),
        end_date=date_message(terms.end_date),
        reason=terms.reason,
    )


def digest_of(entries: Iterable[Message]) -> str:
    """What tells one telling from another: our words for a history may be others after a release."""
    told = blake2b(digest_size=_DIGEST_BYTES)
    for entry in entries:
        told.update(entry.SerializeToString(deterministic=True))
    return told.hexdigest()


def _worded(reason: Reason, texts: Texts) -> pipeline.ToldReason:
    zh, en = (texts.render(reason.code, reason.parameters, locale)[:_LONGEST] for locale in ("zh", "en"))
    return pipeline.ToldReason(code=reason.code, text_zh=zh, text_en=en)
