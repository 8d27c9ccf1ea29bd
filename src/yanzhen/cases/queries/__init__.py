"""Reads of cases: lists, pages, and what waits for whom."""
