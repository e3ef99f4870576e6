"""Read-only analyses of a run: planes and slices through its parameters, curvature."""
