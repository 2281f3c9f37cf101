"""Content programmes between messages and the domain."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from millrace.leads.v1 import nurturing_programme_pb2 as contract

from chassis.wire import put_instant
from services.leads.domain.nurturing.programme import Content, ExitKind, Link, Programme, ProgrammeState, Step
from services.leads.domain.nurturing.timing import Delay, DelayUnit
from trade.reasons import Reason

STATE_NUMBERS: Mapping[ProgrammeState, Any] = {
    each: contract.NurturingProgrammeState.Value(f"NURTURING_PROGRAMME_STATE_{each.name}") for each in ProgrammeState
}
_EXIT_NUMBERS: Mapping[ExitKind, Any] = {
    each: contract.NurturingExit.Value(f"NURTURING_EXIT_{each.name}") for each in ExitKind
}
_EXITS: Mapping[int, ExitKind] = {number: kind for kind, number in _EXIT_NUMBERS.items()}
_UNIT_NUMBERS: Mapping[DelayUnit, Any] = {
    each: contract.NurturingDelayUnit.Value(
        f"NURTURING_DELAY_UNIT_{'UNSPECIFIED' if each is DelayUnit.AT_ONCE else each.name}"
    )
    for each in DelayUnit
}
_UNITS: Mapping[int, DelayUnit] = {number: unit for unit, number in _UNIT_NUMBERS.items()}
# Field of the message → field of the content and what reads it; the name is the programme's own.
CONTENT_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "segment": ("segment", lambda message: message.segment.strip()),
    "steps": ("steps", lambda message: tuple(map(_step_of, message.steps))),
    "exits": ("exits", lambda message: frozenset(_EXITS[each] for each in message.exits)),
    "re_entry_days": (
        "re_entry",
        lambda message: timedelta(days=message.re_entry_days) if message.re_entry_days else None,
    ),
    "language_code": ("language", lambda message: message.language_code or "zh"),
}


def content_of(message: contract.NurturingProgramme) -> Content:
    """The content a message tells."""
    return Content(**{name: read(message) for name, read in CONTENT_FIELDS.values()})


def to_message(programme: Programme) -> contract.NurturingProgramme:
    """The programme on the wire, without what is in its way."""
    content = programme.content
    message = contract.NurturingProgramme(
        name=programme.name,
        display_name=programme.display_name,
        segment=content.segment,
        steps=[_step_message(step) for step in content.steps],
        exits=[_EXIT_NUMBERS[kind] for kind in ExitKind if kind in content.exits],
        re_entry_days=content.re_entry.days if content.re_entry else 0,
        language_code=content.language,
        state=STATE_NUMBERS[programme.state],
        content_version=programme.content_version,
        etag=str(programme.version),
    )
    put_instant(message.create_time, programme.create_time)
    put_instant(message.update_time, programme.update_time)
    return message


def obstacles(programme: Programme, *, mail_set_up: bool) -> list[Reason]:
    """Why nothing is sent now."""
    found = []
    if programme.state is not ProgrammeState.ACTIVE:
        found.append(Reason("NURTURING_NOT_ACTIVE", {"state": programme.state.value}))
    if not mail_set_up:
        found.append(Reason("NURTURING_MAIL_NOT_SET_UP"))
    return found


def _step_of(message: contract.NurturingStep) -> Step:
    return Step(
        delay=Delay(unit=_UNITS[message.delay.unit], amount=message.delay.amount),
        subject=message.subject,
        text=message.text,
        html=message.html,
        links=tuple(Link(key=link.key, url=link.url, display_name=link.display_name.strip()) for link in message.links),
    )


def _step_message(step: Step) -> contract.NurturingStep:
    return contract.NurturingStep(
        delay=contract.NurturingDelay(unit=_UNIT_NUMBERS[step.delay.unit], amount=step.delay.amount),
        subject=step.subject,
        text=step.text,
        html=step.html,
        links=[
            contract.NurturingLink(key=link.key, url=link.url, display_name=link.display_name) for link in step.links
        ],
    )
