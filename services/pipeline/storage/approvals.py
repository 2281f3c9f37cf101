"""Where pipeline keeps its approvals: of registrations and waivers."""

from chassis.approvals import Approvals
from services.pipeline.storage.metadata import APPROVALS_TABLE

APPROVALS = Approvals(
    table=APPROVALS_TABLE,
    collection="pipelineApprovals",
    reading="pipeline.read",
    deciding=("pipeline.review", "pipeline.approve"),
)
