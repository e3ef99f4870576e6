"""Convolutional networks: convolutions in one or two dimensions, pooling, and dense layers."""
