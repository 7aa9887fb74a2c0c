"""Documentation that cannot rot: every setting, event, command and system is written down."""

import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click
import pytest

from lingnan.base.events import event_types
from lingnan.site.cli import lingnan
from lingnan.site.settings.base import KERNEL
from lingnan.site.settings.environment import PREFIX, Environment
from lingnan.site.systems import NAMES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lingnan"
HOMES = {n: SOURCE / "kernel" / n for n in KERNEL} | {n: SOURCE / "systems" / n for n in NAMES}
HEADINGS = (
    "What",
    "For whom",
    "Nouns",
    "Use cases",
    "Laws and standards",
    "Events out",
    "Events in",
)


@pytest.mark.parametrize("name", HOMES)
def test_a_readme_has_the_same_headings(name: str) -> None:
    text = (HOMES[name] / "README.md").read_text()
    missing = [h for h in HEADINGS if f"## {h}" not in text]
    assert not missing


def test_every_event_is_in_the_readme_of_its_home() -> None:
    missing = []
    for kind, event in event_types().items():
        if ".tests." in event.__module__:
            continue
        home = next((p for n, p in HOMES.items() if f".{n}." in event.__module__), None)
        if home is not None and kind.split(".")[1] not in (home / "README.md").read_text():
            missing.append(kind)
    assert not missing


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "guide" / "settings.md").read_text()
    missing = [f.name for f in fields(Environment) if PREFIX + f.name.upper() not in text]
    assert not missing


def test_every_system_is_in_the_architecture_page() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert not [name for name in HOMES if f"`{name}`" not in text]


def test_every_command_is_in_the_guide() -> None:
    text = (ROOT / "docs" / "guide" / "commands.md").read_text()
    missing = []
    for name in HOMES:
        try:
            group = import_module(f"lingnan.{HOMES[name].parent.name}.{name}.cli").commands
        except ModuleNotFoundError:
            continue
        assert isinstance(group, click.Group)
        missing += [
            f"{name} {verb}" for verb in group.commands if f"lingnan {name} {verb}" not in text
        ]
    assert not missing


def said(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """What the help of a command and of all below it says, with its place."""
    if command.hidden:
        return
    yield path, command.help or ""
    for param in command.params:
        if isinstance(param, click.Option) and param.help is not None:
            yield f"{path} {param.opts[-1]}", param.help
    if isinstance(command, click.Group):
        inner = click.Context(command, info_name=path)
        for name in command.list_commands(inner):
            below = command.get_command(inner, name)
            assert below is not None
            yield from said(below, f"{path} {name}")


def test_the_help_of_every_command_is_chinese() -> None:
    foreign = [
        where for where, words in said(lingnan, "lingnan") if not re.search("[一-鿿]", words)
    ]
    assert not foreign


def test_every_decision_is_dated() -> None:
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert page.name[:10].count("-") == 2, page.name
        assert "## Decision" in page.read_text(), page.name
