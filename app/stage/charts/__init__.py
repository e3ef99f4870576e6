"""Histograms of a network."""
