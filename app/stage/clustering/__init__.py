"""The stage of clusters."""
