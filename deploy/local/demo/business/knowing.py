"""Customers whom the demo company knew before (老客户), entered by hand; a fair brings leads of the same companies."""

from millrace.leads.v1 import lead_pb2, lead_service_pb2
from millrace.pipeline.v1 import account_pb2, account_service_pb2

from deploy.local.demo.business.actors import SELLER, Actors

# The account as its invoice says, and the lead as somebody wrote it down.
KNOWN = (
    ("无锡瑞禾精密机械有限公司", "瑞禾精密机械", "0510-8866 2031"),
    ("苏州澜庭环保科技有限公司", "苏州澜庭环保", "0512-6288 7190"),
    ("宁波海晟注塑制品有限公司", "宁波海晟注塑", "0574-8700 5526"),
)


def meet_again(actors: Actors) -> None:
    """Old customers become accounts; the leads come afterwards, so that a comparison meets both."""
    for number, (name, _, phone) in enumerate(KNOWN):
        account = account_pb2.Account(display_name=name, phone=phone, tags=["老客户"])
        made = account_service_pb2.CreateAccountRequest(account=account, request_id=f"demo-known-{number}")
        actors.ask(SELLER, "pipeline.AccountService.CreateAccount", made)
    for number, (_, written, phone) in enumerate(KNOWN):
        lead = lead_pb2.Lead(company_name=written, contact_name="展会来访", phone=phone, need="展会上索取了报价资料")
        told = lead_service_pb2.CreateLeadRequest(lead=lead, request_id=f"demo-met-again-{number}")
        actors.ask(SELLER, "leads.LeadService.CreateLead", told)
