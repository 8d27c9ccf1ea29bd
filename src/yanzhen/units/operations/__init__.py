"""Changes of units, people and what they answer for, each in its own module by noun."""
