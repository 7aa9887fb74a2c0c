"""Decisions about values: pure functions over columns, no database, no clock."""
