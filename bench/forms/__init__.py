"""A public benchmark of Chinese government forms (README.md)."""
