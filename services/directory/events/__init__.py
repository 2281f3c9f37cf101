"""What the directory tells the other services."""
