"""Consuming events: a stream read as a log, checkpoint and effect in one transaction of the consumer's database."""

from chassis.consumer.event import Event, Subscription

__all__ = ["Event", "Subscription"]
