"""The colours of runs on dark and on light ground, for what knows Qt and for what must not.

A run's number is its place here. The first eight stay apart for people with red-green blindness and in grey print.
"""

from __future__ import annotations

ON_DARK = (
    "#77b7ff", "#e68314", "#26e3aa", "#9563f0", "#ffe774", "#fa5c63", "#8b879b", "#62f1ff",
    "#9dffb0", "#a48cff", "#757ec9", "#c4732f", "#89ddd0", "#fb21cd", "#62ad7d", "#f9af03",
)  # fmt: skip
ON_LIGHT = (
    "#4e7edc", "#e37006", "#017f47", "#792fd4", "#6e5100", "#e8204c", "#5c6474", "#0495b1",
    "#619e61", "#87098c", "#7a63b3", "#c26125", "#1c6787", "#e42de1", "#18512e", "#735227",
)  # fmt: skip
