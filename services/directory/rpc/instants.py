"""Instants on the wire."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp


def instant(time: datetime | None) -> Timestamp | None:
    """The instant as a message; None for none."""
    if time is None:
        return None
    message = Timestamp()
    message.FromDatetime(time)
    return message
