"""From the outbox to the stream: the connection, the streams as data, the relay and its reconciler."""
