"""Views of a network with two axes."""
