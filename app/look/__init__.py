"""How things look: theme, palettes, number formats and ticks."""
