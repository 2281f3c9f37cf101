"""The leads service: everything before an opportunity."""
