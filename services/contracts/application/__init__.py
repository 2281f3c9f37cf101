"""What contracts can do: one module per capability."""
