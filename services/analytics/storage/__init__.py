"""How analytics lies in its tables."""
