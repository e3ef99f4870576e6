"""Networks that learn from examples."""
