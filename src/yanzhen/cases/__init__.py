"""The loop: from found to verified and closed, on a clock."""
