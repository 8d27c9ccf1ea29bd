"""The pages of the net, a module a noun."""
