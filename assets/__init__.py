"""Bundled fonts, icons, presets and data."""
