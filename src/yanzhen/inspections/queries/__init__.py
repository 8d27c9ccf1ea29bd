"""Reads of rounds: what a phone takes along (`field`), what pages show (`rounds`, `progress`, `visits`)."""
