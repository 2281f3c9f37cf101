"""Content programmes (培育计划): what leads of a segment are mailed, and what ends it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.leads.domain.nurturing.step_texts import check_text
from services.leads.domain.nurturing.timing import AT_ONCE, Delay

_URL = re.compile(r"https?://[!-~]+")


class ProgrammeState(Enum):
    """Whether a programme runs."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"


NEXT_STATES: Mapping[ProgrammeState, frozenset[ProgrammeState]] = {
    ProgrammeState.DRAFT: frozenset({ProgrammeState.ACTIVE}),
    ProgrammeState.ACTIVE: frozenset({ProgrammeState.PAUSED}),
    ProgrammeState.PAUSED: frozenset({ProgrammeState.ACTIVE}),
}


class ExitKind(Enum):
    """What may end a programme for a lead, besides what always does."""

    FOLLOWED_UP = "followed_up"
    NEXT_STEP_PLANNED = "next_step_planned"
    CONTACTED_AGAIN = "contacted_again"
    DEMO_REQUESTED = "demo_requested"
    LEFT_SEGMENT = "left_segment"


@dataclass(eq=False, kw_only=True)
class NurturingProgrammeNotFound(Refusal):
    """There is no such programme."""

    kind = Kind.NOT_FOUND
    reason = "NURTURING_PROGRAMME_NOT_FOUND"

    programme: str


@dataclass(eq=False, kw_only=True)
class NurturingProgrammeEmpty(Refusal):
    """A programme without a step mails nothing; it is not activated, and an active one keeps one at least."""

    kind = Kind.RULE_VIOLATION
    reason = "NURTURING_PROGRAMME_EMPTY"


@dataclass(eq=False, kw_only=True)
class NurturingStepUnknown(InvalidField):
    """The programme has fewer steps."""

    reason = "NURTURING_STEP_UNKNOWN"

    field: str = "step"
    steps: int


@dataclass(eq=False, kw_only=True)
class NurturingLinkUnfit(InvalidField):
    """A link leads to no page: it is no address by http or https, or holds what no address may."""

    reason = "NURTURING_LINK_UNFIT"


@dataclass(eq=False, kw_only=True)
class NurturingLinkTwice(InvalidField):
    """Two links of a step have one key."""

    reason = "NURTURING_LINK_TWICE"

    key: str


@dataclass(frozen=True, slots=True)
class ProgrammeCreated:
    """A programme was made."""


@dataclass(frozen=True, slots=True)
class ProgrammeUpdated:
    """A programme changed."""


@dataclass(frozen=True, slots=True)
class ProgrammeActivated:
    """A programme was started, or goes on."""


@dataclass(frozen=True, slots=True)
class ProgrammePaused:
    """A programme stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A piece of content: a white paper (白皮书), a case video (案例视频), a page."""

    key: str
    url: str
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One mail of a programme, and how long after the one before it comes."""

    delay: Delay = AT_ONCE
    subject: str
    text: str
    html: str = ""
    links: tuple[Link, ...] = ()

    def check(self, *, path: str) -> None:
        """Links lead somewhere, and texts name only what there is.

        Raises NurturingLinkUnfit, NurturingLinkTwice, NurturingTemplateInvalid, NurturingVariableUnknown.
        """
        keys: set[str] = set()
        for place, link in enumerate(self.links):
            if not _URL.fullmatch(link.url):
                raise NurturingLinkUnfit(field=f"{path}.links[{place}].url")
            if link.key in keys:
                raise NurturingLinkTwice(field=f"{path}.links[{place}].key", key=link.key)
            keys.add(link.key)
        check_text(self.subject, links=(), field=f"{path}.subject")
        check_text(self.text, links=keys, field=f"{path}.text")
        check_text(self.html, links=keys, field=f"{path}.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a programme does: for whom, which mails, until when. Without `re_entry` nobody enters a second time."""

    segment: str
    steps: tuple[Step, ...] = ()
    exits: frozenset[ExitKind] = frozenset()
    re_entry: timedelta | None = None
    language: str = "zh"

    def check(self) -> None:
        """Every step holds by its own check."""
        for place, step in enumerate(self.steps):
            step.check(path=f"nurturing_programme.steps[{place}]")

    def step(self, number: int) -> Step:
        """The step of a number, from 1. Raises NurturingStepUnknown."""
        if not 1 <= number <= len(self.steps):
            raise NurturingStepUnknown(steps=len(self.steps))
        return self.steps[number - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A content programme; `content_version` counts the contents it had, which all are kept."""

    uuid: UUID
    version: int = 0
    display_name: str
    content: Content
    content_version: int = 1
    state: ProgrammeState = ProgrammeState.DRAFT
    create_time: datetime
    update_time: datetime

    @property
    def name(self) -> str:
        """The resource name, "nurturingProgrammes/{uuid}"."""
        return f"nurturingProgrammes/{self.uuid}"

    def changed(self, *, display_name: str, content: Content, now: datetime) -> Change["Programme"]:
        """Call it otherwise, or give it another content, which is a version of its own; the same again is no event.

        Raises NurturingProgrammeEmpty for one that runs, and what the content's check does.
        """
        if (display_name, content) == (self.display_name, self.content):
            return Change(self, ())
        content.check()
        if self.state is ProgrammeState.ACTIVE and not content.steps:
            raise NurturingProgrammeEmpty
        number = self.content_version + (content != self.content)
        following = replace(self, display_name=display_name, content=content, content_version=number)
        return Change(replace(following, update_time=now), (ProgrammeUpdated(),))

    def activated(self, *, now: datetime) -> Change["Programme"]:
        """Let it run; one that runs already is no event. Raises NurturingProgrammeEmpty."""
        if not self.content.steps:
            raise NurturingProgrammeEmpty
        return self._moved(ProgrammeState.ACTIVE, ProgrammeActivated(), now=now)

    def paused(self, *, now: datetime) -> Change["Programme"]:
        """Let it stand still; one that does not run is no event."""
        return self._moved(ProgrammeState.PAUSED, ProgrammePaused(), now=now)

    def _moved(self, state: ProgrammeState, event: object, *, now: datetime) -> Change["Programme"]:
        if state not in NEXT_STATES[self.state]:
            return Change(self, ())
        return Change(replace(self, state=state, update_time=now), (event,))


def make_programme(*, uuid: UUID, display_name: str, content: Content, now: datetime) -> Change[Programme]:
    """Make a programme; it is a draft until it is activated. Raises what the content's check does."""
    content.check()
    made = Programme(uuid=uuid, display_name=display_name, content=content, create_time=now, update_time=now)
    return Change(made, (ProgrammeCreated(),))
