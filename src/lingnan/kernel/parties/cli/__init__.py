"""`lingnan parties …`: the operator's door."""

from . import accounts, duties, identifiers, portals, records
from .common import commands

__all__ = ["accounts", "commands", "duties", "identifiers", "portals", "records"]
