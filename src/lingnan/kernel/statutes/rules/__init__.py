"""Decisions about law and time: the calendar, the clock, the reading of content. Values in, values
out.
"""
