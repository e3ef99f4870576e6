"""The stage: heat map, contours, paths, markers and arrows of descent on a 2-D surface."""
