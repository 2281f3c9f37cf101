"""The embedded stack: the whole product on one machine, with PostgreSQL and NATS from their wheels."""
