"""The contract of contracts on the wire."""
