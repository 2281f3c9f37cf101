import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_import_pb2, lead_import_service_pb2, lead_pb2, lead_service_pb2

from chassis.rpc.refusals import InvalidRequest
from chassis.rpc.validation import validate

IMPORT = "leadImports/018f0000-0000-7000-8000-000000000001"
LEAD = "leads/018f0000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lead_import_pb2.LeadImportColumn(), "columns[1].column"),
        (lead_import_pb2.LeadImportColumn(column=2, header="\a"), "columns[1].header"),
    ],
)
def test_an_object_in_a_list_is_named_by_its_place(wrong: lead_import_pb2.LeadImportColumn, field: str) -> None:
    columns = [lead_import_pb2.LeadImportColumn(column=1), wrong]
    with pytest.raises(InvalidRequest) as refusal:
        validate(lead_import_service_pb2.StartLeadImportRequest(name=IMPORT, columns=columns))
    assert [each.field for each in refusal.value.violations] == [field]


def test_an_update_is_held_against_the_rules_of_what_it_changes_alone() -> None:
    lead = lead_pb2.Lead(name=LEAD, phone="1" * 41, tags=["老客户", "\a"])
    validate(lead_service_pb2.UpdateLeadRequest(lead=lead, update_mask=FieldMask(paths=["need"])))
    with pytest.raises(InvalidRequest) as refusal:
        validate(lead_service_pb2.UpdateLeadRequest(lead=lead, update_mask=FieldMask(paths=["tags"])))
    assert [each.field for each in refusal.value.violations] == ["lead.tags"]
