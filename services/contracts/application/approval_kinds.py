"""What contracts asks approvals for, and what a decision does to each."""

from chassis.approvals import ApprovalKinds
from services.contracts.application.contract_review import LEGAL_REVIEW, LEGAL_REVIEW_KIND
from services.contracts.application.quote_approval import DISCOUNT, discount_kind
from services.contracts.application.quote_desk import QuoteDesk


def approval_kinds(desk: QuoteDesk) -> ApprovalKinds:
    """Every kind, with what follows of it."""
    return {LEGAL_REVIEW: LEGAL_REVIEW_KIND, DISCOUNT: discount_kind(desk)}
