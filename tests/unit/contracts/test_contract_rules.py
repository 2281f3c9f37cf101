"""The rules of contracts as shipped, and what an edit may not say."""

import tomllib
from pathlib import Path

import pytest

from services.contracts.domain.contract_rules import ContractRules
from trade.rule_body import RuleBodyInvalid

SHIPPED = tomllib.loads((Path("services") / "contracts" / "rules" / "contract.toml").read_text(encoding="utf-8"))


def test_contracts_are_numbered_by_year() -> None:
    assert ContractRules.from_mapping(SHIPPED).number(year=2026, running=123) == "HT-2026-000123"


def test_a_link_that_never_holds_is_refused() -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        ContractRules.from_mapping({**SHIPPED, "signature": {"link_days": 0, "attempts": 5}})
    assert refusal.value.field == "signature.link_days"
