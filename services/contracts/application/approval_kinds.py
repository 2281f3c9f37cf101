"""What contracts asks approvals for, and what a decision does to each."""

from chassis.approvals import ApprovalKinds
from services.contracts.application.amendment_review import AMENDMENT_REVIEW, amendment_kind
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_ending import ENDING, ending_kind
from services.contracts.application.contract_review import LEGAL_REVIEW, legal_review_kind
from services.contracts.application.quote_approval import DISCOUNT, discount_kind
from services.contracts.application.quote_desk import QuoteDesk


def approval_kinds(quotes: QuoteDesk, contracts: ContractDesk) -> ApprovalKinds:
    """Every kind, with what follows of it."""
    return {
        LEGAL_REVIEW: legal_review_kind(contracts),
        DISCOUNT: discount_kind(quotes),
        AMENDMENT_REVIEW: amendment_kind(contracts),
        ENDING: ending_kind(contracts),
    }
