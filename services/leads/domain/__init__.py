"""What a lead is and which rules hold for it, in plain Python."""
