"""What pipeline can do: one module per capability."""
