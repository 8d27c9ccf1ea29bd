"""Import and export of every ledger."""
