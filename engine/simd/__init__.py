"""Vectors of numbers for kernels: elementary functions, matrix products, lengths. It knows nothing of networks."""
