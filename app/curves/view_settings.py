"""The view settings of the curves in an experiment file: plain values; those that cannot be read are passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.curves.curve_catalogue import CURVES
from app.curves.curve_style import SPANS, X_TYPES, Y_TYPES, CurveStyle
from app.curves.x_axes import X_AXES
from app.plots.axis_type import AUTOMATIC, LINEAR


def settings_of(styles: Mapping[str, CurveStyle], along: str) -> dict[str, Any]:
    """The view settings. styles: by the keys of the curves, in their order."""
    return {
        "curves": list(styles),
        "curves_along": along,
        "curves_x_types": [style.x_type for style in styles.values()],
        "curves_y_types": [style.y_type for style in styles.values()],
        "curves_smoothing": [style.span for style in styles.values()],
    }


def curves_in(view: Mapping[str, Any]) -> list[str]:
    """The keys of the curves that are to be shown; none if the settings do not say."""
    return list(dict.fromkeys(key for key in _texts(view.get("curves")) if key in CURVES))


def along_in(view: Mapping[str, Any]) -> str | None:
    """The key of the x axis; None if the settings do not say."""
    along = view.get("curves_along")
    return along if isinstance(along, str) and along in X_AXES else None


def styles_in(view: Mapping[str, Any], keys: Sequence[str]) -> dict[str, CurveStyle]:
    """How these curves are to be shown; entries that are missing or make no sense are passed over.

    Up to version 0.2 files list the curves with a log axis, in curves_log_x and curves_log_y. They list every curve
    as it was shown, chosen or not, so what is a curve's own way is left to the plot.
    """
    log_x, log_y = _texts(view.get("curves_log_x")), view.get("curves_log_y")
    x_types, y_types, spans = (
        dict(zip(keys, values, strict=False)) if isinstance(values := view.get(name), list) else {}
        for name in ("curves_x_types", "curves_y_types", "curves_smoothing")
    )
    found = {}
    for key in keys:
        x_type, y_type = x_types.get(key), y_types.get(key)
        if x_type not in X_TYPES:
            x_type = "log" if key in log_x else LINEAR.name
        if y_type not in Y_TYPES:
            y_type = AUTOMATIC
            if isinstance(log_y, list) and (key in log_y) != CURVES[key].log:
                y_type = "log" if key in log_y else LINEAR.name
        span = spans.get(key)
        found[key] = CurveStyle(str(x_type), str(y_type), span if isinstance(span, int) and span in SPANS else 0)
    return found


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
