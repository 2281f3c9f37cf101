"""What commands have in common."""

import sys
from typing import Annotated

import orjson
import typer

from gateway.cli.wording import say

Server = Annotated[str, typer.Option("--server", help=say("help_server"))]


def print_json(value: object) -> None:
    """Write what was answered, for other programs."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
