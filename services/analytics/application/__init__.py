"""What analytics can do: one module per capability."""
