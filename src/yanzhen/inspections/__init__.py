"""Rounds of inspections: drawn, walked, synced, and what is found becomes a case."""
