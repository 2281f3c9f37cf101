"""Directory: who works here, what they may do, and when they work (组织目录)."""
