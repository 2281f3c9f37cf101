"""What contracts publishes and follows."""
