"""The figures of policies."""
