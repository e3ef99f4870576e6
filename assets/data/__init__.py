"""Measured data as small CSV files; see README.md for their sources and licences."""
