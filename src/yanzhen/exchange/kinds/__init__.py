"""One module for each kind of ledger, each with a `KIND`."""
