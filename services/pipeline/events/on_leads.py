"""What pipeline does when leads tell of leads: a person who is erased there is erased here."""

from uuid import UUID

from millrace.leads.v1 import lead_events_pb2 as lead_events

from chassis.consumer import Event, Subscription
from chassis.parts import Parts
from chassis.reactions import Reactions, reacting
from chassis.work import UnitOfWork
from services.pipeline.application.erasing import lead_person_erased


async def on_lead_person_erased(work: UnitOfWork, event: Event) -> None:
    """The person of a lead was erased, perhaps before the lead came over."""
    await lead_person_erased(work, lead=UUID(event.message.lead.name.rpartition("/")[2]))


REACTIONS: Reactions = {lead_events.LeadPersonErased: on_lead_person_erased}


def leads_subscription(parts: Parts) -> Subscription:
    """The subscription that follows leads."""
    return reacting(parts, consumer="pipeline-leads", stream="leads", nouns=("lead",), reactions=REACTIONS)
