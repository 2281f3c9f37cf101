"""How often each caller looked customers up."""

from chassis.look_ups import LookUps, look_ups
from services.pipeline.storage.metadata import METADATA

LOOK_UPS: LookUps = look_ups(METADATA, "account")
