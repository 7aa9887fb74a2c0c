"""`lingnan reporting …`: read and compare forms, fill, review and produce reports."""

import click

from . import (
    admission,
    block,
    cycle,
    dictionary,
    ending,
    exports,
    history,
    learning,
    ledgers,
    plans,
    producing,
    profiles,
    reading,
    reminding,
    returns,
    reviewing,
    taking,
)


@click.group()
def commands() -> None:
    """报表一次填报：同一件事只问一次。"""


PARTS = (
    *(reading, exports, profiles, learning, history, taking, cycle, plans),
    *(producing, block),
    *(reviewing, reminding, ending, dictionary, admission, ledgers, returns),
)

for part in PARTS:
    for verb in part.VERBS:
        commands.add_command(verb)

__all__ = ["commands"]
