"""The commands of `millrace`, each a few lines over its module."""

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from gateway.cli import importing, listing, undoing
from gateway.cli.account import forget_account
from gateway.cli.customers_commands import customers_app
from gateway.cli.leads_commands import leads_app
from gateway.cli.options import Server
from gateway.cli.pools_commands import pools_app
from gateway.cli.programmes_commands import programmes_app
from gateway.cli.talk import Refused, Talk, named
from gateway.cli.wording import say

app = typer.Typer(help=say("help"), no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(leads_app, name="leads")
app.add_typer(customers_app, name="customers")
app.add_typer(pools_app, name="pools")
app.add_typer(programmes_app, name="programmes")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"millrace {version('millrace')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=say("help_version"))
    ] = False,
) -> None:
    """What holds for every command."""


@app.command(help=say("help_up"))
def up() -> None:
    """Become the runner of the local stack, so that Ctrl-C reaches it."""
    os.execv(sys.executable, [sys.executable, "-m", "deploy.local", "up"])  # noqa: S606 - our own module


@app.command(name="sign-in", help=say("help_sign_in"))
def sign_in(
    email: Annotated[str, typer.Option(prompt=say("email"), help=say("help_email"))],
    password: Annotated[
        str,
        typer.Option(prompt=say("password"), help=say("help_password"), hide_input=True, envvar="MILLRACE_PASSWORD"),
    ],
    server: Server = "",
) -> None:
    """Sign in."""
    console = Console()
    console.print(say("signed_in", name=Talk(server).sign_in(email, password)), markup=False)


@app.command(name="sign-out", help=say("help_sign_out"))
def sign_out(server: Server = "") -> None:
    """Sign out; the session's file goes even when the server is away."""
    try:
        Talk(server).ask("POST", "/v1/sessions:signOut", body={})
    finally:
        forget_account()
    Console().print(say("signed_out"))


@app.command(name="import", help=say("help_import"))
def import_file(
    file: Annotated[Path | None, typer.Argument(help=say("help_file"))] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("help_yes"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("help_dry_run"))] = False,
    skip_duplicates: Annotated[bool, typer.Option("--skip-duplicates", help=say("help_skip"))] = False,
    column: Annotated[list[str] | None, typer.Option("--column", help=say("help_column"))] = None,
    resume: Annotated[str, typer.Option("--resume", help=say("help_resume"))] = "",
    server: Server = "",
) -> None:
    """Import a file, or look again at an import."""
    console, talk = Console(), Talk(server)
    if resume:
        begun = talk.ask("GET", f"/v1/{named('leadImports', resume)}")
        file = Path(begun["fileName"])
    elif file is None or not file.is_file():
        raise Refused(say("no_file", path=file) if file else say("needs_file"))
    else:
        begun = importing.upload(talk, file, console)
    if begun["state"] in importing.WAITING:
        seen, columns = importing.preview(talk, begun["name"], column or [], console)
        if not yes and not typer.confirm(say("go_on", count=seen["leadImport"]["rowCount"]), default=True):
            console.print(say("stopped", name=begun["name"]), markup=False)
            raise typer.Exit(1)
        begun = importing.start(talk, begun["name"], columns, dry_run=dry_run, skip=skip_duplicates)
    importing.summarise(talk, importing.follow(talk, begun, console), console, beside=file)


@app.command(name="undo-import", help=say("help_undo_import"))
def undo_import(
    name: Annotated[str, typer.Argument(help=say("help_import_name"))],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("help_undo_yes"))] = False,
    server: Server = "",
) -> None:
    """Take a whole import back."""
    talk, console = Talk(server), Console()
    record = undoing.imported(talk, name)
    progress = record["progress"]
    made, touched = progress["created"] + progress["inReview"], progress["touched"]
    question = say("undo_now", file=record["fileName"], made=made, touched=touched)
    if not yes and not typer.confirm(question, default=False):
        raise typer.Exit(1)
    undo = undoing.follow(talk, undoing.begin(talk, record), console)
    undoing.summarise(undo, undoing.kept_rows(talk, undo), console)


@app.command(help=say("help_health"))
def health(server: Server = "") -> None:
    """Tell which parts answer; exit status 1 when one does not."""
    if not listing.check_health(Talk(server).server, Console()):
        raise typer.Exit(1)


def main() -> None:
    """Run a command; a refusal, or a file that cannot be read or written, is one line and exit status 1."""
    try:
        app()
    except Refused as refused:
        _end(str(refused))
    except OSError as trouble:
        _end(say("file_trouble", path=trouble.filename, text=trouble.strerror))


def _end(text: str) -> NoReturn:
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(1) from None


if __name__ == "__main__":
    main()
