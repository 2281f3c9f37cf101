"""Answers that are kept for ever: of commands that move money once."""

from chassis.later_tables import add_lasting_requests

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    add_lasting_requests()
