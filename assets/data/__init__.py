"""Measured data sets as small CSV files; see README.md for sources and licences."""
