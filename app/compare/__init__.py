"""Comparing runs beyond one race."""
