"""Measured gates, against the machine's limit and against peers, in the same run."""
