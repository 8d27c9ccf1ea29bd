"""The pages of rounds, and the calls of the phone (`field`)."""
