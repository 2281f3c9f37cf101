"""What analytics publishes and follows."""
