"""The stage of a surface."""
