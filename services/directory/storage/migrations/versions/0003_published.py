"""How far events were published and applied, in one row each."""

from chassis.later_tables import add_published_and_anchors

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_published_and_anchors("directory")
