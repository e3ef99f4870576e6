"""An associative memory: one matrix that learns which value belongs to which key, some of which are rare."""
