"""What people say of a form's cells, and what follows for its questions."""

from .carrying import Carried, carried_over, keep_carried
from .correcting import apply_profile, correct_form

__all__ = ["Carried", "apply_profile", "carried_over", "correct_form", "keep_carried"]
