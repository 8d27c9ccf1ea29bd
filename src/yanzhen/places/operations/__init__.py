"""Changes of the net, a module a noun: areas, boundaries, site types, sites."""
