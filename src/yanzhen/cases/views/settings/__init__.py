"""The rules of the loop as pages under `/settings/`."""
