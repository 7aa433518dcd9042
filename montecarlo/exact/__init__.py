"""Exact solutions, one file a model kind; `solve` finds the one that fits."""
