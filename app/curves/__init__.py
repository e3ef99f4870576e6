"""Curves of what the runs record: the table of curves, the one view of them, and the column they stand in."""

from app.curves.panel import CurvePanel
from app.curves.table import ALONG, CURVES, Curve
from app.curves.view import CurveView

__all__ = ["ALONG", "CURVES", "Curve", "CurvePanel", "CurveView"]
