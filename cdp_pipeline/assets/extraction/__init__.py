"""Fetching the day from the sources that have connectors."""
