"""Masks are found by the contract, wherever a message stands, and cost nothing where nothing is hidden."""

from millrace.directory.v1.key_set_service_pb2 import KeySet

from chassis.rpc.sight import concealed, filled, masked_paths, sight_of
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from tests.support.contracts import contact, tree_contract

SEE = "contacts.see"
PHONE, MASKED = "13800138000", "138****8000"


def test_a_value_is_masked_however_deep_it_stands() -> None:
    sight = sight_of(tree_contract().message_types_by_name["Contact"])
    deep = contact(phones=[PHONE], below=contact(phones=[PHONE], by_place={"a": contact(phones=[PHONE, PHONE])}))
    shown = concealed(deep, sight, sight.missing({}), Wording(Texts(), "zh"))
    assert list(shown.phones) == list(shown.below.phones) == [MASKED]
    assert list(shown.below.by_place["a"].phones) == [MASKED, MASKED]
    assert list(deep.phones) == [PHONE]


def test_whoever_has_the_permission_misses_nothing() -> None:
    sight = sight_of(tree_contract().message_types_by_name["Contact"])
    assert sight.missing({SEE: 1}) == frozenset()
    assert sight.missing({"contacts.read": 1}) == frozenset({SEE})


def test_a_kind_that_holds_itself_names_each_field_once() -> None:
    sight = sight_of(tree_contract().message_types_by_name["Contact"])
    assert list(masked_paths(sight, {SEE})) == [("phones", SEE)]


def test_only_masked_fields_with_a_value_count_as_filled() -> None:
    sight = sight_of(tree_contract().message_types_by_name["Contact"])
    assert list(filled(contact(name="Anna", below=contact(phones=[PHONE])), sight, {SEE})) == [("below.phones", SEE)]
    assert list(filled(contact(name="Anna"), sight, {SEE})) == []


def test_a_contract_without_masks_asks_for_no_permission() -> None:
    sight = sight_of(KeySet.DESCRIPTOR)
    assert (sight.permissions, sight.fields) == (frozenset(), [])
