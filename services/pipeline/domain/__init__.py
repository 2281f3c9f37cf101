"""Facts and rules of pipeline, in plain Python."""
