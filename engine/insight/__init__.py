"""Read-only questions to a run: planes and slices through its parameters, curvature."""
