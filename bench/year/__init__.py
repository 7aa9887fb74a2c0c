"""The forms of the public benchmark taken through one year of a county's villages."""
