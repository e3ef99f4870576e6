"""Queries: what can be asked of a problem at a point, as frozen dataclasses."""

from __future__ import annotations

from typing import Generic, TypeVar

A = TypeVar("A")


class Query(Generic[A]):
    """A question about a problem at a point theta, whose answer is an A: a frozen dataclass of its parameters."""

    __slots__ = ()
