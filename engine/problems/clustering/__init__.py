"""Clusters of points in the plane, found by gradient descent: k-means, and mixtures of Gaussians."""
