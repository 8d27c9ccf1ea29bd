"""The demonstration city: real area names, everything else made up from a seed."""
