"""The problem panel of a surface."""
