"""The interactive diagram of a network."""
