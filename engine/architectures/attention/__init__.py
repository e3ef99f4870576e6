"""Transformers: tokens or steps of numbers, self-attention between them, and dense layers at each."""
