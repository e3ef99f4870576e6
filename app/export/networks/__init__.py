"""Figures of networks: what they answer, how well, and what they are made of."""
