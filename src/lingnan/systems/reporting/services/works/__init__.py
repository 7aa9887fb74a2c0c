"""Long work: ordered on a page, done by the worker part by part, cancelled, taken up after a kill."""

from .ordering import cancel_work, files_are_long, order_work, plan_is_long, take_back
from .working import do_work, work_next

__all__ = [
    "cancel_work",
    "do_work",
    "files_are_long",
    "order_work",
    "plan_is_long",
    "take_back",
    "work_next",
]
