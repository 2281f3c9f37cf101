"""The contract of analytics on the wire."""
