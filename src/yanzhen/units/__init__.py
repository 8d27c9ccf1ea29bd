"""Units, task groups, responsibility and stewardship."""
