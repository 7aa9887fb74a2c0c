"""What a village is asked although its households have answered it."""

from .proposing import propose_derivations

__all__ = ["propose_derivations"]
