"""The pages of `docs/reference`, made from the code: errors, events, metrics, settings, NATS."""
