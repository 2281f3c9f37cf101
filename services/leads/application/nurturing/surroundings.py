"""What is to be known of leads in programmes before anything is done with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.mail.storage import mailed_since, standings
from chassis.work import Read
from services.leads.application.nurturing.writing import digest_of_lead
from services.leads.domain.lead import Lead
from services.leads.domain.nurturing.enrolment import Happened, Nurturing, why_to_end
from services.leads.domain.nurturing.programme import Content, ExitKind
from services.leads.domain.nurturing.timing import WEEK
from services.leads.storage.nurturing_exits import followed_up
from services.leads.storage.nurturing_programmes import content_of
from services.leads.storage.nurturing_segments import in_segment
from services.leads.storage.stock import known_leads
from trade.mail_choices import NOTHING_CHOSEN, Standing
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The leads of some nurturings, what their addresses allow and got, and what happened to them."""

    leads: Mapping[UUID, Lead]
    contents: Mapping[tuple[UUID, int], Content]
    standings: Mapping[str, Standing]
    mailed: Mapping[str, list[datetime]]
    happened: Mapping[UUID, Happened]

    def lead(self, nurturing: Nurturing) -> Lead:
        """Whose it is."""
        return self.leads[nurturing.lead]

    def content(self, nurturing: Nurturing) -> Content:
        """The content of the version it entered by."""
        return self.contents[nurturing.programme, nurturing.content_version]

    def why_to_end(self, nurturing: Nurturing) -> Reason | None:
        """What ends it now; None where it goes on."""
        lead = self.lead(nurturing)
        return why_to_end(
            nurturing,
            lead,
            digest=digest_of_lead(lead),
            standing=self.standings.get(nurturing.digest, NOTHING_CHOSEN),
            content=self.content(nurturing),
            happened=self.happened[nurturing.uuid],
        )


async def surroundings_of(read: Read, nurturings: Sequence[Nurturing]) -> Surroundings:
    """Look once for all of them."""
    digests = {each.digest for each in nurturings}
    keys = {(each.programme, each.content_version) for each in nurturings}
    contents = {key: await content_of(read, *key) for key in sorted(keys, key=str)}
    return Surroundings(
        leads=await known_leads(read, {each.lead for each in nurturings}),
        contents=contents,
        standings=await standings(read, digests),
        mailed=await mailed_since(read, digests, since=read.now - WEEK),
        happened=await _happened(read, nurturings, contents),
    )


async def _happened(
    read: Read, nurturings: Sequence[Nurturing], contents: Mapping[tuple[UUID, int], Content]
) -> Mapping[UUID, Happened]:
    followed, left = await followed_up(read, nurturings), await _left_segment(read, nurturings, contents)
    return {
        each.uuid: Happened(
            followed_up=each.uuid in followed.since_entering,
            next_step_planned=each.uuid in followed.with_next_step,
            left_segment=each.uuid in left,
        )
        for each in nurturings
    }


async def _left_segment(
    read: Read, nurturings: Sequence[Nurturing], contents: Mapping[tuple[UUID, int], Content]
) -> frozenset[UUID]:
    """Those whose lead belongs to the segment no longer; asked only where that is an exit."""
    left: set[UUID] = set()
    for key, content in contents.items():
        if ExitKind.LEFT_SEGMENT not in content.exits:
            continue
        own = [each for each in nurturings if (each.programme, each.content_version) == key]
        inside = await in_segment(read, content.segment, {each.lead for each in own})
        left.update(each.uuid for each in own if each.lead not in inside)
    return frozenset(left)
