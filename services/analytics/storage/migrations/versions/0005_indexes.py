"""Figures are found by what is measured, or by whose they are."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for name in ("lead_figures", "pipeline_figures", "contract_figures"):
        op.create_index(f"{name}_measure", name, ["cut", "measure", "day"])
        op.create_index(f"{name}_owner", name, ["cut", "owner", "day"])
        op.drop_index(f"{name}_cut", table_name=name)
