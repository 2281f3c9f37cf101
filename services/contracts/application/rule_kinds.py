"""The rules of contracts that administrators edit: where each lies as shipped, and how it is read."""

from pathlib import Path

from chassis.rule_sets import RuleKind, RuleSets
from services.contracts.domain.contract_rules import ContractRules
from services.contracts.domain.discount_authority import AuthorityRules
from services.contracts.domain.payment_plan import PaymentPlans
from services.contracts.domain.quote_rules import QuoteRules
from services.contracts.storage.metadata import RULE_SET_VERSIONS, RULE_SETS_TABLE

_SHIPPED = Path(__file__).parent.parent / "rules"

CONTRACT: RuleKind[ContractRules] = RuleKind("contract", _SHIPPED / "contract.toml", ContractRules.from_mapping)
PAYMENT_PLANS: RuleKind[PaymentPlans] = RuleKind(
    "payment_plans", _SHIPPED / "payment_plans.toml", PaymentPlans.from_mapping
)
QUOTE: RuleKind[QuoteRules] = RuleKind("quote", _SHIPPED / "quote.toml", QuoteRules.from_mapping)
DISCOUNT_AUTHORITY: RuleKind[AuthorityRules] = RuleKind(
    "discount_authority", _SHIPPED / "discount_authority.toml", AuthorityRules.from_mapping
)

RULE_SETS = RuleSets(
    table=RULE_SETS_TABLE,
    versions=RULE_SET_VERSIONS,
    collection="contractRuleSets",
    kinds=(CONTRACT, PAYMENT_PLANS, QUOTE, DISCOUNT_AUTHORITY),
)
