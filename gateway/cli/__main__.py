"""The commands of `millrace`, each a few lines over its module."""

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import orjson
import typer
from rich.console import Console

from gateway.cli import (
    changing,
    explaining,
    exporting,
    importing,
    listing,
    merging,
    nurturing,
    pooling,
    rehearsing,
    resembling,
    showing,
    undoing,
)
from gateway.cli.account import forget_account
from gateway.cli.talk import Refused, Talk, named
from gateway.cli.wording import say

app = typer.Typer(help=say("help"), no_args_is_help=True, pretty_exceptions_enable=False)
leads_app = typer.Typer(help=say("help_leads"), no_args_is_help=True)
app.add_typer(leads_app, name="leads")
pools_app = typer.Typer(help=say("help_pools"), no_args_is_help=True)
app.add_typer(pools_app, name="pools")
programmes_app = typer.Typer(help=say("help_programmes"), no_args_is_help=True)
app.add_typer(programmes_app, name="programmes")

Server = Annotated[str, typer.Option("--server", help=say("help_server"))]


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


@leads_app.command(name="list", help=say("help_leads_list"))
def leads_list(
    condition: Annotated[str, typer.Option("--filter", help=say("help_filter"))] = "",
    order: Annotated[str, typer.Option("--order-by", help=say("help_order"))] = "create_time desc",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List leads."""
    talk = Talk(server)
    found = listing.list_leads(talk, condition=condition, order=order, count=count)
    if as_json:
        _print_json(found.leads)
    else:
        listing.print_leads(talk, found, Console())


@leads_app.command(name="export", help=say("help_leads_export"))
def leads_export(
    file: Annotated[Path, typer.Argument(help=say("help_export_file"))],
    condition: Annotated[str, typer.Option("--filter", help=say("help_filter"))] = "",
    order: Annotated[str, typer.Option("--order-by", help=say("help_order"))] = "create_time desc",
    column: Annotated[list[str] | None, typer.Option("--column", help=say("help_export_column"))] = None,
    server: Server = "",
) -> None:
    """Take a list of leads out as a file."""
    wanted = exporting.wanted_export(file, condition=condition, order=order, columns=column or [])
    exporting.export_leads(Talk(server), wanted, file, Console())


@leads_app.command(name="show", help=say("help_leads_show"))
def leads_show(
    name: Annotated[str, typer.Argument(help=say("help_lead"))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """Show one lead."""
    talk = Talk(server)
    lead = talk.ask("GET", f"/v1/{named('leads', name)}")
    if as_json:
        _print_json(lead)
    else:
        showing.print_lead(lead, listing.display_names(talk), Console())


@leads_app.command(name="explain", help=say("help_explain"))
def leads_explain(
    name: Annotated[str, typer.Argument(help=say("help_lead"))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """Tell why a lead is what it is."""
    told = explaining.explanation(Talk(server), name)
    if as_json:
        _print_json(told)
    else:
        explaining.print_explanation(told, Console())


@leads_app.command(name="change", help=say("help_change"))
def leads_change(  # noqa: PLR0913 - each is an option of the command
    leads: Annotated[list[str] | None, typer.Argument(help=say("help_change_leads"))] = None,
    *,
    condition: Annotated[str, typer.Option("--filter", help=say("help_filter"))] = "",
    assign: Annotated[str, typer.Option("--assign", help=say("help_assign"))] = "",
    add_tag: Annotated[list[str] | None, typer.Option("--add-tag", help=say("help_add_tag"))] = None,
    remove_tag: Annotated[list[str] | None, typer.Option("--remove-tag", help=say("help_remove_tag"))] = None,
    region: Annotated[str, typer.Option("--region", help=say("help_region"))] = "",
    industry: Annotated[str, typer.Option("--industry", help=say("help_industry"))] = "",
    disqualify: Annotated[str, typer.Option("--disqualify", help=say("help_disqualify"))] = "",
    dismiss: Annotated[bool, typer.Option("--dismiss-duplicates", help=say("help_dismiss"))] = False,
    reason: Annotated[str, typer.Option("--reason", help=say("help_reason"))] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("help_yes"))] = False,
    server: Server = "",
) -> None:
    """Change many leads at once."""
    talk, console = Talk(server), Console()
    action = changing.wanted_action(
        assign=assign,
        reason=reason,
        add_tags=add_tag or [],
        remove_tags=remove_tag or [],
        region=region,
        industry=industry,
        disqualify=disqualify,
        dismiss_duplicates=dismiss,
    )
    meant = changing.meant_leads(leads or [], condition=condition)
    if not yes and not typer.confirm(say("change_now", count=changing.how_many(talk, meant)), default=False):
        raise typer.Exit(1)
    if not changing.summarise(talk, changing.follow(talk, changing.start(talk, action, meant), console), console):
        raise typer.Exit(1)


@leads_app.command(name="duplicates", help=say("help_duplicates"))
def leads_duplicates(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count_pairs"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List what waits for a look."""
    pairs = merging.waiting_pairs(Talk(server), count=count)
    if as_json:
        _print_json(pairs)
    else:
        merging.print_pairs(pairs, Console())


@leads_app.command(name="scan", help=say("help_scan"))
def leads_scan(server: Server = "") -> None:
    """Scan the stock for likely duplicates."""
    talk = Talk(server)
    merging.follow_scan(talk, merging.start_scan(talk), Console())


@leads_app.command(name="merge", help=say("help_merge"))
def leads_merge(
    survivor: Annotated[str, typer.Argument(help=say("help_survivor"))],
    others: Annotated[list[str], typer.Argument(help=say("help_others"))],
    *,
    choose: Annotated[list[str] | None, typer.Option("--choose", help=say("help_choose"))] = None,
    newest: Annotated[bool, typer.Option("--newest", help=say("help_newest"))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=say("help_yes"))] = False,
    server: Server = "",
) -> None:
    """Merge leads after a look at what becomes of each field."""
    talk, console = Talk(server), Console()
    wanted = merging.wanted_merge(survivor, others, choose or [], newest=newest)
    seen = merging.preview(talk, wanted)
    merging.print_preview(seen, listing.display_names(talk), console)
    if not yes and not typer.confirm(say("merge_now", count=len(others)), default=False):
        raise typer.Exit(1)
    merging.print_merge(merging.carry_out(talk, wanted, seen), console)


@leads_app.command(name="undo-merge", help=say("help_undo_merge"))
def leads_undo_merge(
    merge: Annotated[str, typer.Argument(help=say("help_merge_name"))],
    server: Server = "",
) -> None:
    """Undo a merge."""
    merging.print_merge(merging.undo(Talk(server), merge), Console())


@leads_app.command(name="look-alikes", help=say("help_look_alikes"))
def leads_look_alikes(
    condition: Annotated[str, typer.Option("--filter", help=say("help_look_alike_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List leads that resemble won customers."""
    talk = Talk(server)
    found = resembling.look_alikes(talk, condition=condition, count=count)
    if as_json:
        _print_json(found)
    else:
        resembling.print_look_alikes(found, listing.display_names(talk), Console())


@leads_app.command(name="rehearse-assignment", help=say("help_rehearse"))
def leads_rehearse_assignment(
    rules: Annotated[Path, typer.Argument(help=say("help_rules_file"))],
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help=say("help_rehearse_days"))] = 30,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """Try rules of assignment out on past leads."""
    talk = Talk(server)
    told = rehearsing.rehearse(talk, rehearsing.read_rules(rules), days=days)
    if as_json:
        _print_json(told)
    else:
        rehearsing.print_rehearsal(told, listing.display_names(talk), Console())


@leads_app.command(name="claim", help=say("help_claim"))
def leads_claim(
    lead: Annotated[str, typer.Argument(help=say("help_waiting_lead"))],
    server: Server = "",
) -> None:
    """Take a lead out of a pool."""
    talk = Talk(server)
    showing.print_lead(pooling.claim(talk, lead), listing.display_names(talk), Console())


@leads_app.command(name="release", help=say("help_release"))
def leads_release(
    lead: Annotated[str, typer.Argument(help=say("help_lead"))],
    reason: Annotated[str, typer.Option("--reason", prompt=say("release_reason"), help=say("help_release_reason"))],
    pool: Annotated[str, typer.Option("--pool", help=say("help_release_pool"))] = "",
    server: Server = "",
) -> None:
    """Give a lead back."""
    pooling.release(Talk(server), lead, reason=reason, pool=pool, console=Console())


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
        _print_json(found)
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
        _print_json(found)
    else:
        pooling.print_waiting(found, Console())


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


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")


def _end(text: str) -> NoReturn:
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(1) from None


if __name__ == "__main__":
    main()
