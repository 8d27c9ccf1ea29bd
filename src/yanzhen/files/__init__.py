"""Uploads: hashed, checked, re-encoded."""
