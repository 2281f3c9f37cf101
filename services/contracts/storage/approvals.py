"""Where contracts keeps its approvals: of discounts, legal reviews, amendments and the end of signed contracts."""

from chassis.approvals import Approvals
from services.contracts.storage.metadata import APPROVALS_TABLE

APPROVALS = Approvals(
    table=APPROVALS_TABLE,
    collection="contractApprovals",
    reading="contracts.read",
    deciding=("contracts.approve", "contracts.legal", "contracts.finance"),
)
