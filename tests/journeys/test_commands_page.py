"""The list of commands says what the commands are; its examples use options that exist."""

import shlex

import click
import pytest

from lingnan.site import docs
from lingnan.site.cli import lingnan

ROOT = docs.ROOT


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params for name in (*param.opts, *param.secondary_opts)}


def test_the_page_is_what_the_commands_say():
    assert (ROOT / docs.PAGE).read_text() == docs.commands_page(lingnan), "run `make docs`"


@pytest.mark.parametrize("path", docs.EXAMPLES)
def test_an_example_uses_what_there_is(path):
    command: click.Command = lingnan
    for name in path.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None, path
        command = found
    words = shlex.split(docs.EXAMPLES[path])
    given = words[words.index("lingnan") + 1 + len(path.split()) :]
    if isinstance(command, click.Group):  # the example shows one of its verbs
        command, given = command.commands[given[0]], given[1:]
    assert {word for word in given if word.startswith("--")} <= options_of(command)
    takes = [p for p in command.params if isinstance(p, click.Argument)]
    assert bool(takes) or not given or given[0].startswith("--")


def test_a_dead_link_is_found(tmp_path):
    (tmp_path / "a.md").write_text("[here](b.md#part) [web](https://example.org) [gone](c/d.png)")
    (tmp_path / "b.md").write_text("")
    assert list(docs.dead_links(tmp_path)) == ["a.md: c/d.png"]


def test_every_happening_is_put_into_words():
    from lingnan.base.events import event_types
    from lingnan.web.happenings import HAPPENINGS

    ours = {k for k, e in event_types().items() if ".tests." not in e.__module__}
    ours = {k for k in ours if event_types()[k].__module__.startswith("lingnan.")}
    assert ours <= set(HAPPENINGS), ours - set(HAPPENINGS)
