"""Every page of `docs/reference` and what makes it."""

from collections.abc import Mapping

from deploy.reference.errors import errors
from deploy.reference.events import events
from deploy.reference.metrics import metrics
from deploy.reference.nats import nats
from deploy.reference.settings import settings
from deploy.reference.tree import ROOT

FOLDER = ROOT / "docs" / "reference"


def pages() -> Mapping[str, str]:
    """File name → text."""
    return {
        "errors.md": errors(),
        "events.md": events(),
        "metrics.md": metrics(),
        "nats.md": nats(),
        "settings.md": settings(),
    }
