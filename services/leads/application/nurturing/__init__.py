"""Nurturing (培育): programmes are kept, leads enter them, steps are mailed, and whoever gets them answers."""
