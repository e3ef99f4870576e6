"""The problem panel of a policy."""
