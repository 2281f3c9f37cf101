"""What contracts asks approvals for, and what a decision does to each."""

from chassis.approvals import ApprovalKinds

APPROVAL_KINDS: ApprovalKinds = {}
