"""Where leads are kept."""
