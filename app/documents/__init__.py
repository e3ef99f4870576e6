"""Files a person keeps, and those that come along: read with suspicion, written whole or not at all."""
