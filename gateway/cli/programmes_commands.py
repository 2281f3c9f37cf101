"""`millrace programmes …`: each command a few lines over its module."""

from typing import Annotated

import typer
from rich.console import Console

from gateway.cli import nurturing
from gateway.cli.options import Server
from gateway.cli.talk import Talk
from gateway.cli.wording import say

programmes_app = typer.Typer(help=say("help_programmes"), no_args_is_help=True)


Programme = Annotated[str, typer.Argument(help=say("help_programme_name"))]


@programmes_app.command(name="list", help=say("help_programmes_list"))
def programmes_list(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 50,
    server: Server = "",
) -> None:
    """List content programmes."""
    nurturing.print_programmes(Talk(server), Console(), count=count)


@programmes_app.command(name="funnel", help=say("help_programmes_funnel"))
def programmes_funnel(programme: Programme, server: Server = "") -> None:
    """Show what came of one."""
    nurturing.print_funnel(Talk(server), programme, Console())


@programmes_app.command(name="rehearse", help=say("help_programmes_rehearse"))
def programmes_rehearse(programme: Programme, server: Server = "") -> None:
    """Count who would enter."""
    nurturing.print_rehearsal(Talk(server), programme, Console())


@programmes_app.command(name="activate", help=say("help_programmes_activate"))
def programmes_activate(programme: Programme, server: Server = "") -> None:
    """Let one run."""
    nurturing.move(Talk(server), programme, "activate", Console())


@programmes_app.command(name="pause", help=say("help_programmes_pause"))
def programmes_pause(programme: Programme, server: Server = "") -> None:
    """Let one stand still."""
    nurturing.move(Talk(server), programme, "pause", Console())
