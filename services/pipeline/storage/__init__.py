"""How pipeline lies in its tables."""
