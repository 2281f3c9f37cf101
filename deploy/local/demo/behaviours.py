"""What the people behind the demo company's leads do on its pages and with its mails, in the week they are told of."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from millrace.leads.v1 import lead_behaviour_service_pb2 as contract

from deploy.local.demo.business.cases import is_sold_on

SEED = 20260105
# Who will buy looks around more; many do who never buy, and some buy who never did.
KEEN, OTHER = (0, 1, 2, 3, 5, 8), (0, 0, 0, 1, 2, 4)
KINDS = {
    contract.LEAD_BEHAVIOUR_KIND_PAGE_VISIT: 8,
    contract.LEAD_BEHAVIOUR_KIND_MAIL_OPEN: 4,
    contract.LEAD_BEHAVIOUR_KIND_CLICK: 3,
    contract.LEAD_BEHAVIOUR_KIND_DOWNLOAD: 2,
    contract.LEAD_BEHAVIOUR_KIND_DEMO_REQUEST: 1,
}
ASSETS = {
    contract.LEAD_BEHAVIOUR_KIND_PAGE_VISIT: ("/products/mes", "/products/wms", "/prices", "/cases"),
    contract.LEAD_BEHAVIOUR_KIND_MAIL_OPEN: ("monthly-news", "invitation"),
    contract.LEAD_BEHAVIOUR_KIND_CLICK: ("/cases", "/events"),
    contract.LEAD_BEHAVIOUR_KIND_DOWNLOAD: ("brochure.pdf", "white-paper.pdf"),
    contract.LEAD_BEHAVIOUR_KIND_DEMO_REQUEST: ("/demo",),
}
LATEST_HOURS = 60


def demo_behaviours(leads: Sequence[str], *, first: int, until: datetime) -> Iterator[contract.LeadBehaviour]:
    """What was done behind the week's leads until its end; the first lead has number `first`, one refused has no name.

    By a chance of its own, so that leads and sales stay as they are.
    """
    for number, lead in enumerate(leads, start=first):
        chance = Random(f"{SEED}/{number}")
        for place in range(chance.choice(KEEN if is_sold_on(number) else OTHER) if lead else 0):
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            done = contract.LeadBehaviour(
                lead=lead, kind=kind, asset=chance.choice(ASSETS[kind]), event_id=f"demo-{number}-{place}"
            )
            done.time.FromDatetime(until - timedelta(hours=chance.random() * LATEST_HOURS))
            yield done
