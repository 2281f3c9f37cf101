"""What contracts asks approvals for, and what a decision does to each."""

from chassis.approvals import ApprovalKinds
from services.contracts.application.amendments import AMENDMENT_KIND, AMENDMENT_REVIEW
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_ending import ENDING, ending_kind
from services.contracts.application.contract_review import LEGAL_REVIEW, LEGAL_REVIEW_KIND
from services.contracts.application.quote_approval import DISCOUNT, discount_kind
from services.contracts.application.quote_desk import QuoteDesk


def approval_kinds(quotes: QuoteDesk, contracts: ContractDesk) -> ApprovalKinds:
    """Every kind, with what follows of it."""
    return {
        LEGAL_REVIEW: LEGAL_REVIEW_KIND,
        DISCOUNT: discount_kind(quotes),
        AMENDMENT_REVIEW: AMENDMENT_KIND,
        ENDING: ending_kind(contracts),
    }
