"""Papers: how contracts and quotes are set in PDF, and sealed."""
