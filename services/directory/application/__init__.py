"""What one can do with the organization; one module per capability."""
