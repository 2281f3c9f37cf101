"""What a release keeps for ever: the contracts as they were, and an example of every event."""
