"""Facts and rules of contracts, in plain Python."""
