"""Pages of units, people and who answers, each noun in its own module."""
