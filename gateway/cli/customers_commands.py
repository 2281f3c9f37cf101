"""`millrace customers …`: each command a few lines over its module."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.cli import customer_candidates, customer_likeness, customer_pools, listing
from gateway.cli.options import Server, print_json
from gateway.cli.rehearsing import read_rules
from gateway.cli.talk import Talk
from gateway.cli.wording import say

customers_app = typer.Typer(help=say("help_customers"), no_args_is_help=True)


@customers_app.command(name="pools", help=say("help_customers_pools"))
def customers_pools(
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List pools."""
    talk = Talk(server)
    found = customer_pools.list_pools(talk)
    if as_json:
        print_json(found)
    else:
        customer_pools.print_pools(talk, found, Console())


@customers_app.command(name="waiting", help=say("help_customers_waiting"))
def customers_waiting(
    pool: Annotated[str, typer.Argument(help=say("help_account_pool"))],
    condition: Annotated[str, typer.Option("--filter", help=say("help_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List what waits in a pool."""
    found = customer_pools.waiting(Talk(server), pool, condition=condition, count=count)
    if as_json:
        print_json(found)
    else:
        customer_pools.print_waiting(found, Console())


@customers_app.command(name="claim", help=say("help_customers_claim"))
def customers_claim(
    account: Annotated[str, typer.Argument(help=say("help_account"))],
    server: Server = "",
) -> None:
    """Take a customer out of a pool."""
    talk = Talk(server)
    customer_pools.print_claimed(customer_pools.claim(talk, account), listing.display_names(talk), Console())


@customers_app.command(name="release", help=say("help_customers_release"))
def customers_release(
    account: Annotated[str, typer.Argument(help=say("help_account"))],
    reason: Annotated[str, typer.Option("--reason", prompt=say("release_reason"), help=say("help_release_reason"))],
    pool: Annotated[str, typer.Option("--pool", help=say("help_release_pool"))] = "",
    server: Server = "",
) -> None:
    """Give a customer back."""
    customer_pools.release(Talk(server), account, reason=reason, pool=pool, console=Console())


@customers_app.command(name="rehearse-recycling", help=say("help_customers_rehearse"))
def customers_rehearse(
    rules: Annotated[Path, typer.Argument(help=say("help_recycling_rules"))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """Try rules of recycling out."""
    told = customer_pools.rehearse(Talk(server), read_rules(rules))
    if as_json:
        print_json(told)
    else:
        customer_pools.print_rehearsal(told, Console())


@customers_app.command(name="candidates", help=say("help_candidates"))
def customers_candidates(
    condition: Annotated[str, typer.Option("--filter", help=say("help_candidate_filter"))] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200, help=say("help_count"))] = 20,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=say("help_json"))] = False,
    server: Server = "",
) -> None:
    """List leads that are likely an existing customer's."""
    found = customer_candidates.candidates(Talk(server), condition=condition, count=count)
    if as_json:
        print_json(found)
    else:
        customer_candidates.print_candidates(found, Console())


@customers_app.command(name="link", help=say("help_candidate_link"))
def customers_link(
    candidate: Annotated[str, typer.Argument(help=say("help_candidate"))],
    code: Annotated[str, typer.Option("--disqualify", help=say("help_candidate_disqualify"))] = "",
    note: Annotated[str, typer.Option("--note", help=say("help_candidate_note"))] = "",
    server: Server = "",
) -> None:
    """Say that a lead is an existing customer's."""
    customer_candidates.print_candidates(
        [customer_candidates.link(Talk(server), candidate, code=code, note=note)], Console()
    )


@customers_app.command(name="refuse", help=say("help_candidate_refuse"))
def customers_refuse(
    candidate: Annotated[str, typer.Argument(help=say("help_candidate"))],
    server: Server = "",
) -> None:
    """Say that a lead is another customer."""
    customer_candidates.print_candidates([customer_candidates.refuse(Talk(server), candidate)], Console())


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
