"""Lingnan: the software of a digital province."""

__version__ = "0.1.0"
