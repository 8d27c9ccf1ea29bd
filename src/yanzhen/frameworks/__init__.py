"""Frameworks and their decomposition, checklists, and the negative list."""
