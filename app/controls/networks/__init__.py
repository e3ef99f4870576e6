"""The problem panel of a network."""
