"""What every app stands on and what belongs to none: no domain nouns live here."""
