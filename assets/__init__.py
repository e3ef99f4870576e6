"""Fonts, icons, presets and data that the program brings along."""
