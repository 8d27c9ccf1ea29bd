"""What rounds look like."""
