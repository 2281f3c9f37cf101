"""The contract of pipeline on the wire."""
