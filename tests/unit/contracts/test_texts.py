"""What contracts refuse is told in the reader's words: states, roles and amounts too."""

import re
from enum import Enum

import pytest

from chassis.approvals import ApproverLacksAuthority
from chassis.texts import Texts
from kernel.errors import Refusal
from kernel.money import Money
from services.contracts.domain.amendment import AmendmentBelowBegun, AmendmentCannotMove, AmendmentState
from services.contracts.domain.contract import ContractState
from services.contracts.domain.contract_refusals import ContractCannotMove
from services.contracts.domain.instalment import AllocationTooLarge
from services.contracts.domain.quote import QuoteState
from services.contracts.domain.quote_refusals import QuoteCannotMove
from services.contracts.domain.receipt_refusals import ReceiptExhausted
from services.contracts.domain.signature import SignatureClosed, SignatureState
from tests.architecture.tree import ROOT

TEXTS = Texts(ROOT / "services/contracts/messages")
LETTERS = re.compile(r"[A-Za-z]{2}")


def spoken(refusal: Refusal, locale: str = "zh") -> str:
    return TEXTS.render(refusal.reason, refusal.metadata(), locale)


@pytest.mark.parametrize("state", [*ContractState, *QuoteState, *AmendmentState, *SignatureState], ids=str)
def test_a_state_is_told_in_chinese(state: Enum) -> None:
    told = {"state": state.name, "wanted": state.name}
    refusals: dict[type[Enum], Refusal] = {
        ContractState: ContractCannotMove(contract="1", **told),
        QuoteState: QuoteCannotMove(quote="1", **told),
        AmendmentState: AmendmentCannotMove(amendment="1", **told),
        SignatureState: SignatureClosed(state=state.name),
    }
    text = spoken(refusals[type(state)])
    assert not LETTERS.search(text), text


def test_an_amount_is_told_as_money() -> None:
    left = Money(minor=2_837_600).written()
    assert spoken(ReceiptExhausted(receipt="1", left=left)) == "到款 1 的余额不足（剩余 CNY 28,376.00）"
    assert "CNY 28,376.00" in spoken(AllocationTooLarge(instalment="1", open=left), "en")
    assert spoken(AmendmentBelowBegun(begun="JPY 1,000")) == "新金额低于已开始回款的期次合计（JPY 1,000）"
    assert Money(minor=1_000, currency="JPY").written() == "JPY 1,000"


def test_whoever_may_decide_is_told_by_the_name_of_his_role() -> None:
    refusal = ApproverLacksAuthority(permission="contracts.approve", roles="regional_manager, sales_director")
    assert spoken(refusal) == "审批需要对该数据的权限（审批报价），角色：大区经理、销售总监"
