"""Decisions about places: codes, names, dated trees, history. Values in, values out."""
