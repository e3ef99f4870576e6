"""Threads beside the GUI thread: training, snapshots, loss slices, surface grids, export and import."""
