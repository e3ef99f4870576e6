"""The stage of a network."""
