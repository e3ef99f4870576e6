"""The figure of a surface."""
