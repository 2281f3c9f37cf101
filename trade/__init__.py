"""Business that several services share, as pure functions: no storage, network, clock or logging."""
