"""The tree of teams."""

from dataclasses import replace

import pytest

from services.directory.domain.team import TeamBelowItself, TeamUpdated
from tests.unit.directory.people import NOON, a_team, an_id


def test_a_moved_team_has_the_path_of_its_new_parent() -> None:
    team, parent = a_team(3, 1), a_team(2)
    change = team.update(details=replace(team.details, parent=parent.uuid), parent=parent, now=NOON)
    assert change.aggregate.path == (an_id(2), an_id(3))
    assert change.events == (TeamUpdated(changed=("parent", "path")),)


def test_a_team_cannot_be_moved_below_itself() -> None:
    team, below = a_team(1), a_team(2, 1)
    with pytest.raises(TeamBelowItself):
        team.update(details=replace(team.details, parent=below.uuid), parent=below, now=NOON)


def test_a_team_cannot_be_its_own_parent() -> None:
    team = a_team(1)
    with pytest.raises(TeamBelowItself):
        team.update(details=replace(team.details, parent=team.uuid), parent=team, now=NOON)


def test_a_team_below_a_moved_one_follows_it() -> None:
    moved = replace(a_team(3, 9), path=(an_id(9), an_id(3)))
    below = a_team(5, 1, 3, 4)
    assert below.follow(above=moved, now=NOON).aggregate.path == (an_id(9), an_id(3), an_id(4), an_id(5))
