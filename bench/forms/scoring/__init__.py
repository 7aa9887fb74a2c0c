"""Reads the truth, and measures readers and matchers against it."""
