"""Draws the workbooks from `definitions/` and writes the truth beside them."""
