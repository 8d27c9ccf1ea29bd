"""Areas, boundaries, sites and site types."""
