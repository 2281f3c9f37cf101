"""The only door for people: REST from the contracts, sign-in, live updates, the manual, the command line."""
