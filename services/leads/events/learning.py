"""What purchase intents are learnt from (训练): leads at an earlier moment, with what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chassis.learning import Curriculum
from chassis.work import Read
from services.leads.application.rulebook import Rulebook
from services.leads.domain.intent import youngest_with_outcome
from services.leads.events import learning_apart
from services.leads.storage.intent_history import Observation, Place, beginning, observations
from services.leads.storage.intents import INTENT_MODELS

_MOST = 50_000


def curriculum(rulebook: Rulebook) -> Curriculum[Place]:
    """The youngest leads with a known outcome; the program is told first of what kind each channel is."""

    async def kinds(read: Read) -> Mapping[str, str]:
        rules = await rulebook.current(read)
        return {f"channels/{uuid}": channel.kind.value for uuid, channel in rules.channels.items()}

    return Curriculum(models=INTENT_MODELS, program=learning_apart, first=kinds, page=_page, most=_MOST)


async def _page(read: Read, after: Place | None) -> tuple[Sequence[Mapping[str, Any]], Place | None]:
    found, following = await observations(read, after or beginning(youngest_with_outcome(read.now)))
    return [_line(each) for each in found], following


def _line(observation: Observation) -> Mapping[str, Any]:
    return {**asdict(observation), "payload": observation.payload.hex()}
