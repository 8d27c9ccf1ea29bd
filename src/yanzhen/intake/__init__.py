"""Voices from outside, which become cases."""
