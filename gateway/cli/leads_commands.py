"""`millrace leads …`: each command a few lines over its module."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.cli import (
    changing,
    customer_candidates,
    explaining,
    exporting,
    listing,
    looking,
    merging,
    pooling,
    rehearsing,
    resembling,
    showing,
    viewing,
)
from gateway.cli.options import Server, print_json
from gateway.cli.talk import Talk, named
from gateway.cli.wording import say

leads_app = typer.Typer(help=say("help_leads"), no_args_is_help=True)


@leads_app.command(name="list", help=say("help_leads_list"))
def leads_list(
    condition: Annotated[str, typer.Option("--filter", help=say("help_filter"))] = "",
    order: Annotated[str, typer.Option("--order-by", help=say("help_order"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help=say("help_count"))] = 20,
    *,
    view: Annotated[str, typer.Option("--view", help=say("help_view"))] = "",
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List leads."""
    talk = Talk(server)
    condition, order = viewing.list_of(talk, view=view, condition=condition, order=order)
    found = listing.list_leads(talk, condition=condition, order=order, count=count)
    if as_json:
        print_json(found.leads)
    else:
        listing.print_leads(talk, found, Console())


@leads_app.command(name="views", help=say("help_views"))
def leads_views(server: Server = "") -> None:
    """List saved views."""
    viewing.print_views(viewing.saved_views(Talk(server)), Console())


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
        print_json(lead)
    else:
        showing.print_lead(lead, listing.display_names(talk), Console())
        of_customers = customer_candidates.candidates(
            talk, condition=customer_candidates.of_lead(lead["name"]), count=10
        )
        if of_customers:
            customer_candidates.print_candidates(of_customers, Console())


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
        print_json(told)
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
        print_json(pairs)
    else:
        merging.print_pairs(pairs, Console())


@leads_app.command(name="look-up", help=say("help_look_up"))
def leads_look_up(
    company: Annotated[str, typer.Argument(help=say("help_look_up_company"))] = "",
    phone: Annotated[str, typer.Option("--phone", help=say("help_look_up_phone"))] = "",
    email: Annotated[str, typer.Option("--email", help=say("help_look_up_email"))] = "",
    credit_code: Annotated[str, typer.Option("--credit-code", help=say("help_look_up_credit_code"))] = "",
    server: Server = "",
) -> None:
    """Tell whether a customer is known."""
    by = looking.wanted(company=company, phone=phone, email=email, credit_code=credit_code)
    looking.print_found(looking.look_up(Talk(server), by), Console())


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
        print_json(found)
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
        print_json(told)
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
