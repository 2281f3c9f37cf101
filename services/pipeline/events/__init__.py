"""What pipeline publishes and follows."""
