"""The door to a redrive: `python -m services.leads redrive CONSUMER AGGREGATE`, beside the running service."""

from chassis.consumer import Subscription
from chassis.consumer.applying import HistoryLacks
from chassis.consumer.event import Unreadable
from chassis.consumer.progress import NotParked
from chassis.consumer.redriving import redrive
from chassis.history import history_for
from chassis.parts import Parts


class RedriveRefused(Exception):  # noqa: N818 - told to the operator, who knows what to do
    """Nothing was applied, and the dead letters lie where they lay."""


async def redrive_once(parts: Parts, consumer: str, aggregate: str) -> int:
    """Redrive one aggregate's dead letters; how many. Raises RedriveRefused."""
    try:
        subscription = _named(parts, consumer)
        history = history_for(parts, subscription)
        return await redrive(subscription, aggregate, engine=parts.background_engine, history=history)
    except NotParked:
        raise RedriveRefused(f"{consumer} has not parked {aggregate}") from None
    except (Unreadable, HistoryLacks) as error:
        raise RedriveRefused(str(error)) from error
    finally:
        await parts.close()


def _named(parts: Parts, consumer: str) -> Subscription:
    found = {each.name: each for each in parts.definition.subscriptions(parts)}
    if consumer not in found:
        raise RedriveRefused(f"no consumer {consumer!r}; there are: {', '.join(sorted(found)) or 'none'}")
    return found[consumer]
