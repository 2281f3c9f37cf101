"""Facts and rules of the organization in plain Python."""
