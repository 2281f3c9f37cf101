"""`millrace customers …`: each command a few lines over its module."""

from typing import Annotated

import typer
from rich.console import Console

from gateway.cli import customer_likeness, knowing, listing
from gateway.cli.options import Server, print_json
from gateway.cli.talk import Talk
from gateway.cli.wording import say

customers_app = typer.Typer(help=say("help_customers"), no_args_is_help=True)


@customers_app.command(name="candidates", help=say("help_candidates"))
def customers_candidates(
    condition: Annotated[str, typer.Option("--filter", help=say("help_candidate_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List leads that are likely an existing customer's."""
    found = knowing.candidates(Talk(server), condition=condition, count=count)
    if as_json:
        print_json(found)
    else:
        knowing.print_candidates(found, Console())


@customers_app.command(name="link", help=say("help_candidate_link"))
def customers_link(
    candidate: Annotated[str, typer.Argument(help=say("help_candidate"))],
    code: Annotated[str, typer.Option("--disqualify", help=say("help_candidate_disqualify"))] = "",
    note: Annotated[str, typer.Option("--note", help=say("help_candidate_note"))] = "",
    server: Server = "",
) -> None:
    """Say that a lead is an existing customer's."""
    knowing.print_candidates([knowing.link(Talk(server), candidate, code=code, note=note)], Console())


@customers_app.command(name="refuse", help=say("help_candidate_refuse"))
def customers_refuse(
    candidate: Annotated[str, typer.Argument(help=say("help_candidate"))],
    server: Server = "",
) -> None:
    """Say that a lead is another customer."""
    knowing.print_candidates([knowing.refuse(Talk(server), candidate)], Console())


@customers_app.command(name="look-alikes", help=say("help_customer_look_alikes"))
def customers_look_alikes(
    condition: Annotated[str, typer.Option("--filter", help=say("help_customer_look_alike_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List accounts that resemble won customers."""
    talk = Talk(server)
    found = customer_likeness.look_alikes(talk, condition=condition, count=count)
    if as_json:
        print_json(found)
    else:
        customer_likeness.print_look_alikes(found, listing.display_names(talk), Console())


@customers_app.command(name="offers", help=say("help_offers"))
def customers_offers(
    account: Annotated[str, typer.Argument(help=say("help_offers_account"))] = "",
    condition: Annotated[str, typer.Option("--filter", help=say("help_offers_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List what customers may need besides what they bought."""
    talk = Talk(server)
    told = customer_likeness.offers(talk, account=account, condition=condition, count=count)
    if as_json:
        print_json(told)
    else:
        products = customer_likeness.product_names(talk)
        customer_likeness.print_offers(told, products, listing.display_names(talk), Console())
