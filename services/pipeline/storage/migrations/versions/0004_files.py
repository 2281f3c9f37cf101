"""Uploaded files."""

from chassis.files.tables import create_files

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_files()
