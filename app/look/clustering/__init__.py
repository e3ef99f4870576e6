"""What the stage and the figures of clusters have in common."""
