"""Settings panels, generated from the engine's declarations."""
