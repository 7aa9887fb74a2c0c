"""What matching goes by here: words and weights in force, decisions remembered, the embedding."""

from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem

from ..content import vocabulary
from ..models import Form, Repeat
from ..rules.filing import draft_of
from ..rules.matching.remembering import decisions
from ..rules.matching.teaching import Decided, facts_decided, refit
from ..terms.filings import Verdict
from ..terms.forms import Vocabulary
from ..terms.matching import UNDECIDED, Decisions, Embed, Weights
from .gate import need


def words() -> Vocabulary:
    """The shipped vocabulary, with the weights of `LINGNAN_MATCHING_WEIGHTS` when it names a file.

    Invalid when that file cannot be read."""
    path = settings.MATCHING_WEIGHTS
    try:
        return vocabulary(Path(path) if path else None)
    except (OSError, ValueError, TypeError) as wrong:
        told = f"LINGNAN_MATCHING_WEIGHTS 指的文件“{path}”读不出权重（{wrong}）。"
        raise Invalid(problems=[Problem("weights", told)]) from wrong


@cache
def _named(path: str) -> Embed:
    module, _, name = path.partition(":")
    found: Callable[..., object] = getattr(import_module(module), name)
    return found


def embedding() -> Embed | None:
    """The function that `LINGNAN_MATCHING_EMBEDDING` names (`package.module:function`); off by
    default. Invalid when there is none of that name."""
    path = settings.MATCHING_EMBEDDING
    try:
        return _named(path) if path else None
    except (ImportError, AttributeError) as wrong:
        told = f"LINGNAN_MATCHING_EMBEDDING 指的函数“{path}”找不到（{wrong}）。"
        raise Invalid(problems=[Problem("embedding", told)]) from wrong


def decided() -> list[Decided]:
    """All confirmed and refused repeats in order of time. Two queries."""
    rows = list(
        Repeat.objects.filter(state__in=(Verdict.ACCEPTED, Verdict.REFUSED))
        .order_by("decided_at", "pk")
        .values_list("source__form", "source__code", "target__form", "target__code", "state")
    )
    forms = {form for row in rows for form in (row[0], row[2])}
    profiles = Form.objects.filter(pk__in=forms).values_list("pk", "profile")
    drafts = {pk: draft_of(profile) for pk, profile in profiles}
    return [
        Decided(drafts[a], source, drafts[b], target, state == Verdict.ACCEPTED)
        for a, source, b, target, state in rows
    ]


def remembered(words: Vocabulary) -> Decisions:
    return decisions(facts_decided(decided(), words))


def remembered_if_any(words: Vocabulary) -> Decisions:
    """For commands that also work before there is a database, and must not make one."""
    name = str(connection.settings_dict["NAME"])
    plain_file = connection.vendor == "sqlite" and not name.startswith(("file:", ":memory:"))
    if plain_file and not Path(name).exists():
        return UNDECIDED
    try:
        return remembered(words)
    except DatabaseError:
        return UNDECIDED


def learned(*, to: Actor, on: date) -> tuple[Weights, int]:
    """Weights refitted from the decisions, and how many these are. Invalid when there are none."""
    need(to, "reporting.administer", on=on)
    known = decided()
    if not known:
        told = "还没有确认或否定过任何重复项目，无从学习。"
        raise Invalid(problems=[Problem("decisions", told)])
    return refit(known, words(), day=on.isoformat()), len(known)
