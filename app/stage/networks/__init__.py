"""How a network is seen: its answers, its diagram, its examples, its path."""
