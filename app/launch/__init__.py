"""From nothing to the window: the environment, the kernel cache, the first paint."""
