from __future__ import annotations

import pytest

from app.curves.curve_catalogue import CURVES
from app.curves.curve_style import X_TYPES, Y_TYPES, CurveStyle
from app.curves.view_settings import along_in, curves_in, settings_of, styles_in

STYLES = {
    "loss": CurveStyle("log", "symlog", 100),
    "x": CurveStyle("linear", "log"),
    "step_norm": CurveStyle("symlog", "linear", 20),
    "losses": CurveStyle(),
}


def test_what_is_written_is_read_again():
    view = settings_of(STYLES, "epochs")
    assert curves_in(view) == list(STYLES) and along_in(view) == "epochs"
    assert styles_in(view, curves_in(view)) == STYLES


@pytest.mark.parametrize("key", ["loss", "learning_rate"])
@pytest.mark.parametrize("y_type", Y_TYPES)
@pytest.mark.parametrize("x_type", X_TYPES)
def test_every_choice_comes_back(key, x_type, y_type):
    style = CurveStyle(x_type, y_type)
    assert styles_in(settings_of({key: style}, "updates"), [key]) == {key: style}


def test_files_of_older_versions_keep_their_lists():
    """A log axis that is the curve's own way is left to the plot, which may find a value that it cannot show."""
    view = {"curves": ["loss", "x", "gradient_norm"], "curves_log_x": ["x"], "curves_log_y": ["x", "gradient_norm"]}
    assert {key: (style.x_type, style.y_type) for key, style in styles_in(view, curves_in(view)).items()} == {
        "loss": ("linear", "linear"),
        "x": ("log", "log"),
        "gradient_norm": ("linear", "auto"),
    }
    assert styles_in({"curves": ["loss"]}, ["loss"])["loss"].y_type == "auto"
    assert styles_in({"curves": ["x"], "curves_log_y": []}, ["x"])["x"].y_type == "auto"


@pytest.mark.parametrize("junk", [None, 3, "log", ["cube"], [None, 3], {"loss": "log"}, [["log"]]])
def test_what_makes_no_sense_is_passed_over(junk):
    view = dict.fromkeys(settings_of(STYLES, "updates"), junk)
    assert curves_in(view) == [] and along_in(view) is None
    assert styles_in({**view, "curves": ["loss"]}, ["loss"]) == {"loss": CurveStyle()}


def test_every_curve_has_a_way_of_its_own():
    assert set(styles_in({}, list(CURVES)).values()) == {CurveStyle()}
