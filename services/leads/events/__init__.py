"""What leads tell the others."""
