"""The problem panel of clusters."""
