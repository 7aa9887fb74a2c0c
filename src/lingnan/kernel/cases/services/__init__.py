from .closing import finish_tasks, remind_tasks, withdraw_tasks
from .kinds import register_kinds
from .moving import claim_task, delegate_task, finish_task, give_back_task, release_task
from .opening import open_tasks

__all__ = [
    "claim_task",
    "delegate_task",
    "finish_task",
    "finish_tasks",
    "give_back_task",
    "open_tasks",
    "register_kinds",
    "release_task",
    "remind_tasks",
    "withdraw_tasks",
]
