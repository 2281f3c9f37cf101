"""How often each caller looked customers up among leads."""

from chassis.look_ups import LookUps, look_ups
from services.leads.storage.metadata import METADATA

LOOK_UPS: LookUps = look_ups(METADATA, "lead")
