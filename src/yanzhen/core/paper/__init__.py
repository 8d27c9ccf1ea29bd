"""Simple documents out of neutral blocks, written as Word or PDF: cards, handbooks, photo ledgers."""
