"""Figures of comparisons: over seeds, over rates, of races, sweeps and score sheets."""
