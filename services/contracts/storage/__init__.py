"""How contracts lies in its tables."""
