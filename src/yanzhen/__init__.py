"""Yanzhen (雁阵): one net, one loop and one ledger for a city's civilised-city campaign."""
