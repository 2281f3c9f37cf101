"""Aggregates: several services asked at once for one answer, which is whole even where one of them is away."""

from gateway.aggregates.served import Aggregates

__all__ = ["Aggregates"]
