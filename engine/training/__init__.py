"""A run and everything that it keeps: the compiled loop, its history and measures, and the session of several."""
