"""A lead in a content programme (培育): which steps it got, when the next one comes, and what ends it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.domain.nurturing.programme import Content, ExitKind, Programme
from services.leads.domain.nurturing.timing import Moment
from trade.mail_choices import ChoiceKind, Standing
from trade.reasons import Reason


class NurturingState(Enum):
    """Where a lead stands in a programme."""

    ACTIVE = "active"
    FINISHED = "finished"
    ENDED = "ended"


@dataclass(eq=False, kw_only=True)
class LeadNurturingNotFound(Refusal):
    """There is no such thing, or the caller may not see the lead."""

    kind = Kind.NOT_FOUND
    reason = "LEAD_NURTURING_NOT_FOUND"

    nurturing: str


@dataclass(eq=False, kw_only=True)
class LeadWithoutMailbox(Refusal):
    """The lead has no address that could be mailed, so nothing can be chosen for it."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_WITHOUT_MAILBOX"


@dataclass(frozen=True, slots=True)
class NurturingEntered:
    """A lead entered a programme."""


@dataclass(frozen=True, slots=True)
class NurturingStepped:
    """The next mail was ordered."""

    mail: UUID


@dataclass(frozen=True, slots=True)
class NurturingPutOff:
    """The next step comes at another time."""


@dataclass(frozen=True, slots=True)
class NurturingFinished:
    """The lead got every step."""


@dataclass(frozen=True, slots=True)
class NurturingEnded:
    """Something ended it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened to a lead since it entered, as far as an exit asks for it."""

    followed_up: bool = False
    next_step_planned: bool = False
    left_segment: bool = False


NOTHING_HAPPENED = Happened()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nurturing:
    """A lead in a programme; it goes on by the content of the version it entered by.

    `digest` is what its address is known by, `touches` how often its customer had made contact when it entered. Without
    `due` no step is to come.
    """

    uuid: UUID
    version: int = 0
    programme: UUID
    content_version: int
    lead: UUID
    digest: str
    touches: int
    state: NurturingState = NurturingState.ACTIVE
    steps_taken: int = 0
    due: datetime | None
    reasons: tuple[Reason, ...] = ()
    enter_time: datetime
    end_time: datetime | None = None

    @property
    def name(self) -> str:
        """The resource name, "leadNurturings/{uuid}"."""
        return f"leadNurturings/{self.uuid}"

    @property
    def is_active(self) -> bool:
        """Whether steps are to come."""
        return self.state is NurturingState.ACTIVE

    def stepped(self, mail: UUID, *, following: Moment | None, now: datetime) -> Change["Nurturing"]:
        """The mail of the next step was ordered; without a `following` moment it was the last."""
        taken = replace(self, steps_taken=self.steps_taken + 1)
        if following is not None:
            return Change(replace(taken, due=following.time, reasons=following.reasons), (NurturingStepped(mail),))
        over = replace(taken, state=NurturingState.FINISHED, due=None, end_time=now, reasons=())
        return Change(over, (NurturingStepped(mail), NurturingFinished()))

    def put_off(self, to: Moment) -> Change["Nurturing"]:
        """The next step comes later than was said; the same moment is no event."""
        if (to.time, to.reasons) == (self.due, self.reasons):
            return Change(self, ())
        return Change(replace(self, due=to.time, reasons=to.reasons), (NurturingPutOff(),))

    def ended(self, why: Reason, *, now: datetime) -> Change["Nurturing"]:
        """End it for a reason; one that is over is no event."""
        if not self.is_active:
            return Change(self, ())
        over = replace(self, state=NurturingState.ENDED, due=None, end_time=now, reasons=(why,))
        return Change(over, (NurturingEnded(),))


def enter(
    lead: Lead, programme: Programme, *, uuid: UUID, digest: str, first: Moment, now: datetime
) -> Change[Nurturing]:
    """Let a lead into a programme."""
    entered = Nurturing(
        uuid=uuid,
        programme=programme.uuid,
        content_version=programme.content_version,
        lead=lead.uuid,
        digest=digest,
        touches=lead.touch_count,
        due=first.time,
        reasons=first.reasons,
        enter_time=now,
    )
    return Change(entered, (NurturingEntered(),))


# Whoever is worked by nobody any more is mailed no more, whatever the programme says.
ENDED_BY_STATE: Mapping[LeadState, str] = {
    LeadState.CONVERTED: "NURTURING_ENDED_CONVERTED",
    LeadState.DISQUALIFIED: "NURTURING_ENDED_DISQUALIFIED",
    LeadState.MERGED: "NURTURING_ENDED_MERGED",
    LeadState.WITHDRAWN: "NURTURING_ENDED_WITHDRAWN",
}
_OF_CHOICE: Mapping[ChoiceKind, str] = {
    ChoiceKind.CONSENTED: "NURTURING_ENDED_NO_CONSENT",
    ChoiceKind.UNSUBSCRIBED: "NURTURING_ENDED_UNSUBSCRIBED",
    ChoiceKind.BOUNCED: "NURTURING_ENDED_BOUNCED",
}
ENDED_BY_HAND = Reason("NURTURING_ENDED_BY_HAND")


def why_to_end(
    nurturing: Nurturing,
    lead: Lead,
    *,
    digest: str,
    standing: Standing,
    content: Content,
    happened: Happened = NOTHING_HAPPENED,
) -> Reason | None:
    """What ends it for this lead as it is now, first what always does; None where it goes on.

    `digest` is that of the lead's address now, empty for none; `standing` is that of the address it entered by.
    """
    always = ENDED_BY_STATE.get(lead.state) or _of_address(nurturing, digest)
    if always is None and standing.refusal is not None:
        always = _OF_CHOICE[standing.refusal]
    return Reason(always) if always else _why_by_exit(nurturing, lead, content, happened)


def _of_address(nurturing: Nurturing, digest: str) -> str | None:
    if not digest:
        return "NURTURING_ENDED_NO_ADDRESS"
    return None if digest == nurturing.digest else "NURTURING_ENDED_ADDRESS_CHANGED"


def _why_by_exit(nurturing: Nurturing, lead: Lead, content: Content, happened: Happened) -> Reason | None:
    asked = lead.facts.demo_request_time
    reached = {
        ExitKind.FOLLOWED_UP: happened.followed_up,
        ExitKind.NEXT_STEP_PLANNED: happened.next_step_planned,
        ExitKind.CONTACTED_AGAIN: lead.touch_count > nurturing.touches,
        ExitKind.DEMO_REQUESTED: asked is not None and asked >= nurturing.enter_time,
        ExitKind.LEFT_SEGMENT: happened.left_segment,
    }
    for kind in ExitKind:
        if kind in content.exits and reached[kind]:
            return Reason(f"NURTURING_ENDED_{kind.name}")
    return None


def is_held(lead: Lead) -> bool:
    """Whether pipeline is being asked to take the lead over: nothing is mailed, and nothing ends, until it answers."""
    return lead.state is LeadState.CONVERTING
