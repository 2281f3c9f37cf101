"""Figures, from events only."""
