"""Prices, quotes, contracts and payments."""
