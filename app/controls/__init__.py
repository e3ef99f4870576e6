"""What a person sets: controls made from the engine's declarations."""
