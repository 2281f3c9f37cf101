"""The pools of the demo company (线索池): one of each region, with what was let lie for long; some is claimed."""

from collections.abc import Mapping

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.leads.v1 import lead_pool_pb2, lead_pool_service_pb2, lead_rule_set_pb2, lead_rule_set_service_pb2

from deploy.local.demo.business.actors import SELLER, Actors

SALES = "sales"
CLAIMED = 6
# Longer than as shipped, so that most leads of the year are still somebody's.
RULES = {
    "counts": ["reached", "message_left"],
    "least_note": 4,
    "grades": {"A": {"idle": 45, "warn": 5}, "B": {"idle": 120, "warn": 5}},
}


def open_pools(actors: Actors, regions: Mapping[str, str]) -> None:
    """Open a pool for each region, and let lie what nobody works for months; `regions` by what people call them."""
    for number, (called, region) in enumerate(regions.items()):
        pool = lead_pool_pb2.LeadPool(
            display_name=f"{called}线索池", regions=[region], daily_cap=5, holding_cap=400, cool_down_days=14
        )
        made = lead_pool_service_pb2.CreateLeadPoolRequest(lead_pool=pool, request_id=f"demo-pool-{number}")
        actors.ask(SELLER, "leads.LeadPoolService.CreateLeadPool", made)
    rules = lead_rule_set_pb2.LeadRuleSet(name="leadRuleSets/recycling", etag="0", body=ParseDict(RULES, Struct()))
    edit = lead_rule_set_service_pb2.UpdateLeadRuleSetRequest(lead_rule_set=rules, request_id="demo-recycling")
    actors.ask(SELLER, "leads.LeadRuleSetService.UpdateLeadRuleSet", edit)


def claim_some(actors: Actors) -> None:
    """A salesperson takes the most promising leads of the pools that are open to him, as far as their caps let him."""
    wanted = lead_pool_service_pb2.ListLeadPoolsRequest()
    pools = actors.ask(SALES, "leads.LeadPoolService.ListLeadPools", wanted).lead_pools
    for pool in pools:
        most = min(CLAIMED, pool.daily_cap)
        waiting = lead_pool_service_pb2.ListPooledLeadsRequest(parent=pool.name, order_by="grade", page_size=most)
        found = actors.ask(SALES, "leads.LeadPoolService.ListPooledLeads", waiting).pooled_leads
        for each in found:
            claim = lead_pool_service_pb2.ClaimLeadRequest(name=each.lead, request_id=f"demo-{each.lead}")
            # What he let lie himself he has to leave to others for a while.
            actors.tries(SALES, "leads.LeadPoolService.ClaimLead", claim)
