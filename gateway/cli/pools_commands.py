"""`millrace pools …`: each command a few lines over its module."""

from typing import Annotated

import typer
from rich.console import Console

from gateway.cli import pooling
from gateway.cli.options import Server, print_json
from gateway.cli.talk import Talk
from gateway.cli.wording import say

pools_app = typer.Typer(help=say("help_pools"), no_args_is_help=True)


@pools_app.command(name="list", help=say("help_pools_list"))
def pools_list(
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List pools."""
    talk = Talk(server)
    found = pooling.list_pools(talk)
    if as_json:
        print_json(found)
    else:
        pooling.print_pools(talk, found, Console())


@pools_app.command(name="show", help=say("help_pools_show"))
def pools_show(
    pool: Annotated[str, typer.Argument(help=say("help_pool"))],
    condition: Annotated[str, typer.Option("--filter", help=say("help_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List what waits in a pool."""
    found = pooling.waiting_leads(Talk(server), pool, condition=condition, count=count)
    if as_json:
        print_json(found)
    else:
        pooling.print_waiting(found, Console())
