"""How long a cell may be: as long as the contract lets its field be, so that what is longer is never computed with."""

from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor
from millrace.leads.v1 import lead_pb2

from services.leads.domain.lead_import.reading import LONGEST_NUMBER

# Columns that fill no text of their own: parts of another field, and names looked up among the house's own.
_BESIDE = {"surname": "contact_name", "given_name": "contact_name"}
_LOOKED_UP = frozenset({"channel", "campaign", "region"})
_LONGEST_LOOKED_UP = 200
_MESSAGES = {"": lead_pb2.Lead.DESCRIPTOR, "address": lead_pb2.Address.DESCRIPTOR}


def longest_cell(path: str) -> int:
    """The most characters a cell of this column may have."""
    if path in _LOOKED_UP:
        return _LONGEST_LOOKED_UP
    outer, _, name = _BESIDE.get(path, path).rpartition(".")
    if outer == "custom":
        return longest_custom_value()
    field = _MESSAGES[outer].fields_by_name.get(name)
    if field is None:
        return LONGEST_NUMBER
    rules = _rules(field)
    if field.is_repeated:
        # Each value with what stands between it and the next.
        return int(rules.repeated.max_items * (rules.repeated.items.string.max_len + 2))
    return int(rules.string.max_len) or LONGEST_NUMBER


def longest_custom_value() -> int:
    """The most characters the value of a custom field may have."""
    return int(_rules(lead_pb2.Lead.DESCRIPTOR.fields_by_name["custom"]).map.values.string.max_len)


def _rules(field: FieldDescriptor) -> Any:
    return field.GetOptions().Extensions[validate_pb2.field]
