"""People who sign in, and the posts from which all their rights come."""
