"""`millrace leads views`: saved views, and a list shown by one."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.talk import Refused, Talk
from gateway.cli.wording import plain, say, word

MOST = 200


def saved_views(talk: Talk) -> list[dict[str, Any]]:
    """The caller's own views and those shared with him, by name."""
    views: list[dict[str, Any]] = talk.ask("GET", "/v1/leadViews", params={"pageSize": MOST})["leadViews"]
    return views


def print_views(views: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of views; the one the caller's list opens with bears a star."""
    heads = (say("view"), say("view_filter"), say("view_order"), say("owner"), say("view_sharing"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for view in views:
        star = " *" if view["isDefault"] else ""
        called = f"{plain(view['displayName'])}{star}\n[dim]{plain(view['name'])}[/dim]"
        shown = (plain(view["filter"]), plain(view["orderBy"]), plain(view["ownerDisplayName"]))
        table.add_row(called, *shown, word(view["sharing"]))
    console.print(table)


def chosen_view(views: Sequence[Mapping[str, Any]], wanted: str) -> Mapping[str, Any]:
    """The view of a name, an id, or what people call it; raises Refused where none or several are meant."""
    found = [view for view in views if wanted in {view["name"], view["name"].partition("/")[2], view["displayName"]}]
    if len(found) != 1:
        raise Refused(say("view_unknown", view=wanted))
    return found[0]


def list_of(talk: Talk, *, view: str, condition: str, order: str) -> tuple[str, str]:
    """Filter and order of a list: those of the view that is named, where none are told beside it."""
    if not view:
        return condition, order
    kept = chosen_view(saved_views(talk), view)
    return condition or kept["filter"], order or kept["orderBy"]
