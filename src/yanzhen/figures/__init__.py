"""The figure registry: every figure is declared once and opens to its rows."""
