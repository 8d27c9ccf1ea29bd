"""Desk pages across apps: start page, inbox, search."""
