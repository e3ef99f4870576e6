"""Many runs: trials of an experiment, spread over threads, processes or machines, and what they say together."""
