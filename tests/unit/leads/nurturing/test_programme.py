"""What may be done with a content programme."""

import pytest

from services.leads.domain.nurturing.programme import (
    Content,
    NurturingProgrammeEmpty,
    NurturingStepUnknown,
    Programme,
    ProgrammeActivated,
    ProgrammeCreated,
    ProgrammePaused,
    ProgrammeState,
    ProgrammeUpdated,
    Step,
    make_programme,
)
from services.leads.domain.nurturing.step_texts import NurturingTemplateInvalid
from tests.support.clock import NOON
from tests.unit.leads.nurturing.builders import LEAD, PAPER, PROGRAMME

CONTENT = Content(segment="grade = GRADE_C", steps=(PAPER,))


def a_programme(content: Content = CONTENT) -> Programme:
    change = make_programme(uuid=PROGRAMME, display_name="白皮书", content=content, now=NOON)
    assert change.events == (ProgrammeCreated(),)
    return change.aggregate


def test_a_new_programme_runs_not() -> None:
    assert a_programme().state is ProgrammeState.DRAFT


def test_it_runs_and_stands_still_and_each_once() -> None:
    running = a_programme().activated(now=NOON)
    assert running.events == (ProgrammeActivated(),)
    assert running.aggregate.activated(now=NOON).events == ()
    paused = running.aggregate.paused(now=NOON)
    assert paused.events == (ProgrammePaused(),)
    assert paused.aggregate.paused(now=NOON).events == ()
    assert paused.aggregate.activated(now=NOON).events == (ProgrammeActivated(),)


def test_a_draft_cannot_stand_still() -> None:
    assert a_programme().paused(now=NOON).events == ()


def test_without_a_step_nothing_runs() -> None:
    empty = Content(segment="grade = GRADE_C")
    with pytest.raises(NurturingProgrammeEmpty):
        a_programme(empty).activated(now=NOON)
    running = a_programme().activated(now=NOON).aggregate
    with pytest.raises(NurturingProgrammeEmpty):
        running.changed(display_name="白皮书", content=empty, now=NOON)


def test_another_content_is_another_version_and_another_name_is_none() -> None:
    programme = a_programme()
    renamed = programme.changed(display_name="案例", content=CONTENT, now=NOON)
    assert (renamed.events, renamed.aggregate.content_version) == ((ProgrammeUpdated(),), 1)
    other = Content(segment="grade = GRADE_B", steps=(PAPER,))
    assert programme.changed(display_name="案例", content=other, now=NOON).aggregate.content_version == 2
    assert programme.changed(display_name="白皮书", content=CONTENT, now=NOON).events == ()


def test_a_wrong_text_is_refused_when_it_is_saved() -> None:
    with pytest.raises(NurturingTemplateInvalid) as refused:
        a_programme(Content(segment="grade = GRADE_C", steps=(PAPER, Step(subject="{{", text="x"))))
    assert refused.value.field == "nurturing_programme.steps[1].subject"


def test_steps_are_numbered_from_one() -> None:
    assert CONTENT.step(1) == PAPER
    for number in (0, 2):
        with pytest.raises(NurturingStepUnknown):
            CONTENT.step(number)


def test_the_name_of_a_programme_is_its_resource_name() -> None:
    assert a_programme().name == f"nurturingProgrammes/{PROGRAMME}"
    assert LEAD != PROGRAMME
