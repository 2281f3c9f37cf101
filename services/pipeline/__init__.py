"""Accounts, registrations and opportunities."""
