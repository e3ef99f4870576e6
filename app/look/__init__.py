"""Appearance: theme, palettes, number formats and ticks."""
