"""The stage of a policy."""
