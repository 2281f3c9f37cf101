"""Facts and rules of analytics, in plain Python."""
