"""The figure of clusters."""
