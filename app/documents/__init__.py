"""Files a person keeps: experiments, presets, what was opened last; read with suspicion, written whole or not at all."""
