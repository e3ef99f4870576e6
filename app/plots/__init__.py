"""Plots on pyqtgraph: views, axes, items drawn in pixels, gestures. What is plotted stands in other rooms."""
