"""What contracts asks approvals for, and what a decision does to each."""

from chassis.approvals import ApprovalKinds
from services.contracts.application.contract_review import LEGAL_REVIEW, LEGAL_REVIEW_KIND

APPROVAL_KINDS: ApprovalKinds = {LEGAL_REVIEW: LEGAL_REVIEW_KIND}
