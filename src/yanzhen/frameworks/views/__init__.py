"""Pages of frameworks, checklists, decomposition and the negative list."""
