"""Members: who belongs to the enterprise."""

from dataclasses import replace

import pytest

from services.directory.domain.member import (
    MemberAlreadyActive,
    MemberDeactivated,
    MemberNotActive,
    MemberUpdated,
    WorkingState,
)
from tests.unit.directory.people import NOON, a_member


def test_an_edit_names_the_fields_it_changed() -> None:
    member = a_member()
    details = replace(member.details, capacity=30, working_state=WorkingState.ON_LEAVE)
    change = member.update(details=details, now=NOON)
    assert change.events == (MemberUpdated(changed=("capacity", "working_state")),)


def test_an_edit_without_a_difference_is_no_change() -> None:
    member = a_member()
    assert member.update(details=member.details, now=NOON).events == ()


def test_a_member_who_leaves_is_no_longer_active() -> None:
    change = a_member().deactivate(now=NOON)
    assert not change.aggregate.active
    assert change.events == (MemberDeactivated(),)


def test_nobody_leaves_twice() -> None:
    with pytest.raises(MemberNotActive):
        a_member(active=False).deactivate(now=NOON)


def test_only_one_who_left_can_come_back() -> None:
    with pytest.raises(MemberAlreadyActive):
        a_member().reactivate(now=NOON)
