"""From the outbox to the stream: the connection, the streams as data, the relay and its reconciler."""

from chassis.absence import absent

with absent("aiohttp", "multidict"):  # whoever loads the library first decides with what: take its names from here
    from nats.aio.client import Client
    from nats.aio.msg import Msg

__all__ = ["Client", "Msg"]
