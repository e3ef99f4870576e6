"""What leaves the app: figures for print and tables of exact numbers, each with the experiment that made it."""
