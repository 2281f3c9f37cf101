"""One transaction of one use case: what it reads, what it gathers, and how all of it is written at once."""

from chassis.work.convoy import Convoy
from chassis.work.store import Store
from chassis.work.unit import Read, Record, UnitOfWork

__all__ = ["Convoy", "Read", "Record", "Store", "UnitOfWork"]
