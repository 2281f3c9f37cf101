"""Clauses: their variables, and what differs from the template."""

import pytest

from services.contracts.domain.clauses import Clause, Kept, Piece, VariablesMissing, differences, filled, variables_of
from services.contracts.domain.contract_template import ClausesInvalid, check_clauses

PARTIES = Clause(key="parties", heading="合同双方", text="甲方:{{buyer}};乙方:{{ seller }}")

LIABILITY = Clause(key="liability", heading="违约责任", text="赔偿以合同总金额为限。")


def test_clauses_tell_their_variables() -> None:
    assert variables_of([PARTIES, LIABILITY]) == {"buyer", "seller"}


def test_variables_are_filled_in() -> None:
    values = {"buyer": "杭州云帆科技有限公司", "seller": "渠成软件有限公司"}
    assert filled([PARTIES], values)[0].text == "甲方:杭州云帆科技有限公司;乙方:渠成软件有限公司"


def test_a_value_is_not_read_for_variables() -> None:
    assert filled([PARTIES], {"buyer": "{{seller}}", "seller": "乙"})[0].text == "甲方:{{seller}};乙方:乙"


def test_variables_nobody_filled_in_are_named() -> None:
    with pytest.raises(VariablesMissing) as refusal:
        filled([PARTIES], {"buyer": " "})
    assert refusal.value.variables == "buyer, seller"


def test_a_contract_worded_as_its_template_differs_in_nothing() -> None:
    assert differences([PARTIES, LIABILITY], [PARTIES, LIABILITY]) == ()


def test_a_changed_word_is_shown_alone() -> None:
    changed = Clause(key="liability", heading="违约责任", text="赔偿以已付款项为限。")
    (difference,) = differences([PARTIES, LIABILITY], [PARTIES, changed])
    assert difference.key == "liability"
    assert [piece for piece in difference.pieces if piece.kept is not Kept.SAME] == [
        Piece(kept=Kept.REMOVED, text="合同总金额"),
        Piece(kept=Kept.ADDED, text="已付款项"),
    ]


def test_clauses_added_and_left_out_are_shown_whole() -> None:
    extra = Clause(key="gift", heading="赠送", text="乙方赠送一年维护。")
    kept = [(each.key, {piece.kept for piece in each.pieces}) for each in differences([LIABILITY], [extra])]
    assert kept == [("gift", {Kept.ADDED}), ("liability", {Kept.REMOVED})]


def test_long_texts_that_differ_are_compared_in_no_time() -> None:
    """A clause may have 20,000 characters: compared character by character it would hold the service for minutes."""
    long = Clause(key="a", heading="", text="，".join("甲乙丙丁" for _ in range(4000)))
    other = Clause(key="a", heading="", text="，" * 20_000)
    (difference,) = differences([long], [other])
    assert [piece.kept for piece in difference.pieces] == [Kept.SAME, Kept.REMOVED, Kept.ADDED]


def test_braces_that_are_no_variable_are_refused() -> None:
    for wrong in ("{{Buyer}}", "{{甲方}}", "{{ amount-in-words }}"):
        with pytest.raises(ClausesInvalid):
            check_clauses([Clause(key="a", heading="", text=f"甲方：{wrong}")])
    check_clauses([Clause(key="a", heading="", text="甲方：{{ buyer }}")])
