"""Days agreed by hand (关怀日): they change, go and come back, and an erased person leaves neither words nor day."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.pipeline.domain.erasing_care import OccasionPersonErased, erase_occasion
from services.pipeline.domain.occasion import (
    ComingOccasion,
    Occasion,
    OccasionArchived,
    OccasionFacts,
    OccasionKind,
    OccasionNotArchived,
    OccasionUpdated,
    create_occasion,
)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
FOUNDED = OccasionFacts(title="公司成立周年", kind=OccasionKind.ANNIVERSARY, day=date(2010, 5, 18), yearly=True)


def an_occasion() -> Occasion:
    return create_occasion(uuid=UUID(int=51), account=UUID(int=11), contact=None, facts=FOUNDED, now=NOON).aggregate


def test_nothing_changed_is_no_event() -> None:
    assert an_occasion().updated(FOUNDED, now=NOON).events == ()


def test_a_change_names_its_fields() -> None:
    moved = OccasionFacts(title=FOUNDED.title, kind=FOUNDED.kind, day=date(2010, 5, 19), yearly=False)
    assert an_occasion().updated(moved, now=NOON).events == (OccasionUpdated(("day", "yearly")),)


def test_an_archived_occasion_neither_changes_nor_goes_again() -> None:
    archived = an_occasion().archived(now=NOON).aggregate
    with pytest.raises(OccasionArchived):
        archived.updated(FOUNDED, now=NOON)
    with pytest.raises(OccasionArchived):
        archived.archived(now=NOON)


def test_only_an_archived_occasion_comes_back() -> None:
    assert an_occasion().archived(now=NOON).aggregate.brought_back(now=NOON).aggregate.delete_time is None
    with pytest.raises(OccasionNotArchived):
        an_occasion().brought_back(now=NOON)


def test_who_was_born_in_1980_is_46_in_2026() -> None:
    birthday = ComingOccasion(
        day=date(2026, 3, 5),
        kind=OccasionKind.BIRTHDAY,
        title="",
        account=UUID(int=11),
        account_display_name="杭州云帆科技有限公司",
        contact=UUID(int=31),
        contact_display_name="陈思远",
        occasion=None,
        first_day=date(1980, 3, 5),
    )
    assert birthday.years == 46


def test_an_erased_occasion_keeps_its_kind_and_loses_words_and_day() -> None:
    erased = erase_occasion(an_occasion(), now=NOON)
    assert erased.events == (OccasionPersonErased(),)
    assert erased.aggregate.facts == OccasionFacts(title="***", kind=OccasionKind.ANNIVERSARY, day=None, yearly=True)
    assert erase_occasion(erased.aggregate, now=NOON).events == ()
