"""Figures of networks: predictions, scores and structure."""
