"""Curves of what the runs record: the table of curves, the one view of them, and the column they stand in."""
