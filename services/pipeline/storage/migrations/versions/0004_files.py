"""Uploaded files."""

from chassis.files.first_tables import create_files

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_files()
