"""Changes of frameworks, checklists, duties and the negative list."""
