"""The rules of pipeline that administrators edit: where each lies as shipped, and how it is read."""

from collections.abc import Mapping
from pathlib import Path

from chassis.rule_sets import RuleKind, RuleSets
from services.pipeline.application.tag_rules import TagRules
from services.pipeline.domain.account_recycling_rules import AccountRecyclingRules
from services.pipeline.domain.account_tier import TierRules
from services.pipeline.domain.buying_habits import BuyingRules
from services.pipeline.domain.care_record import CareRules
from services.pipeline.domain.collision_rules import CollisionRules
from services.pipeline.domain.completeness import CompletenessRules
from services.pipeline.domain.cross_selling import CrossSellingRules
from services.pipeline.domain.opportunity_rules import OpportunityRules
from services.pipeline.domain.registration_form import RegistrationForm
from services.pipeline.domain.registration_policy import RegistrationPolicy
from services.pipeline.domain.registration_rules import RegistrationRules
from services.pipeline.storage.metadata import RULE_SET_VERSIONS, RULE_SETS_TABLE
from trade.look_up import LookUpRules

_SHIPPED = Path(__file__).parent.parent / "rules"


def _opportunity_rules(body: Mapping[str, object]) -> OpportunityRules:
    """Rules that were written before there were reasons to win have those the product ships with."""
    shipped = OPPORTUNITY.shipped_body()
    return OpportunityRules.from_mapping({"win_reasons": shipped["win_reasons"], **body})


REGISTRATION: RuleKind[RegistrationRules] = RuleKind(
    "registration", _SHIPPED / "registration.toml", RegistrationRules.from_mapping
)
REGISTRATION_FORM: RuleKind[RegistrationForm] = RuleKind(
    "registration_form", _SHIPPED / "registration_form.toml", RegistrationForm.from_mapping
)
OPPORTUNITY: RuleKind[OpportunityRules] = RuleKind("opportunity", _SHIPPED / "opportunity.toml", _opportunity_rules)
REGISTRATION_POLICY: RuleKind[RegistrationPolicy] = RuleKind(
    "registration_policy", _SHIPPED / "registration_policy.toml", RegistrationPolicy.from_mapping
)
COLLISION: RuleKind[CollisionRules] = RuleKind("collision", _SHIPPED / "collision.toml", CollisionRules.from_mapping)
LOOK_UP: RuleKind[LookUpRules] = RuleKind("look_up", _SHIPPED / "look_up.toml", LookUpRules.from_mapping)
CARE: RuleKind[CareRules] = RuleKind("care", _SHIPPED / "care.toml", CareRules.from_mapping)
ACCOUNT_COMPLETENESS: RuleKind[CompletenessRules] = RuleKind(
    "account_completeness", _SHIPPED / "account_completeness.toml", CompletenessRules.from_mapping
)
BUYING_HABITS: RuleKind[BuyingRules] = RuleKind(
    "buying_habits", _SHIPPED / "buying_habits.toml", BuyingRules.from_mapping
)
ACCOUNT_TAGS: RuleKind[TagRules] = RuleKind("account_tags", _SHIPPED / "account_tags.toml", TagRules.from_mapping)
ACCOUNT_TIERS: RuleKind[TierRules] = RuleKind("account_tiers", _SHIPPED / "account_tiers.toml", TierRules.from_mapping)
ACCOUNT_RECYCLING: RuleKind[AccountRecyclingRules] = RuleKind(
    "account_recycling", _SHIPPED / "account_recycling.toml", AccountRecyclingRules.from_mapping
)
CROSS_SELLING: RuleKind[CrossSellingRules] = RuleKind(
    "cross_selling", _SHIPPED / "cross_selling.toml", CrossSellingRules.from_mapping
)

RULE_SETS = RuleSets(
    table=RULE_SETS_TABLE,
    versions=RULE_SET_VERSIONS,
    collection="pipelineRuleSets",
    kinds=(
        REGISTRATION,
        REGISTRATION_FORM,
        OPPORTUNITY,
        REGISTRATION_POLICY,
        COLLISION,
        LOOK_UP,
        CARE,
        ACCOUNT_COMPLETENESS,
        BUYING_HABITS,
        ACCOUNT_TAGS,
        ACCOUNT_TIERS,
        ACCOUNT_RECYCLING,
        CROSS_SELLING,
    ),
)
