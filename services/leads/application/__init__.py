"""What leads can do: one module per capability."""
