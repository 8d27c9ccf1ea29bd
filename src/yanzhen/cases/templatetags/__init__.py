"""Template tags of the pages of cases."""
