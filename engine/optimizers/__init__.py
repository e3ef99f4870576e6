"""The optimizers, each declared with its mathematics; importing this fills the catalogue."""
# ruff: noqa: I001 - the order of import is the order of the catalogue

from __future__ import annotations

from engine.optimizers import momentum, adaptive, adam, adam_variants, signs, sam, muon  # noqa: F401
from engine.optimizers.catalogue import COMMON, OPTIMIZERS, Optimizer

__all__ = ["COMMON", "OPTIMIZERS", "Optimizer"]
