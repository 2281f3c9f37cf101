"""What pipeline asks approvals for, and what a decision does to each."""

from chassis.approvals import ApprovalKinds
from services.pipeline.application.proofs import WAIVER_APPROVALS
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.application.registration_review import KIND, registration_kind


def approval_kinds(desk: RegistrationDesk) -> ApprovalKinds:
    """Every kind of approvals."""
    return {KIND: registration_kind(desk), **WAIVER_APPROVALS}
