"""Whose data is whose, and that it goes when it must: people, erasure, suppression, retention, pseudonyms."""
