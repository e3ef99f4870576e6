"""Export of figures for print and CSV tables of exact numbers, each with the experiment that made it."""
