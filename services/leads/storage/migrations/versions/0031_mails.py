"""Mails to customers, and what their addresses chose."""

from chassis.mail.first_tables import create_mails

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    create_mails()
