"""Matching measured on labelled sets, beside two plain comparisons of names."""
