"""Wiring: the settings, the list of systems, who hears whom, the addresses, the command line."""
