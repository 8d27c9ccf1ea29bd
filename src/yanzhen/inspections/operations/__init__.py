"""What is done with rounds, a module a noun: rounds, assignments, visits, photos, conflicts, cases."""
