"""What of reporting can be found by the box in the shell: forms, and elements in the dictionary."""

from collections.abc import Sequence
from itertools import islice

from django.urls import reverse

from lingnan.base.actors import Actor
from lingnan.base.words import say
from lingnan.kernel.observations import queries as observations
from lingnan.web.search import Asked, Found, Index, Listed, Source, kept
from lingnan.web.search.elements import around, element_words, own_title

from .. import queries

READ = "reporting.read"


def find_forms(asked: Asked, to: Actor) -> Sequence[Found]:
    index = kept("reporting.forms", _form_index)
    ranks = {code: rank for rank, code in islice(index.find(asked.folded), asked.limit)}
    held = queries.forms_called(ranks, to=to, on=asked.on) if ranks else {}
    return [
        Found(
            key=code,
            title=held[code].title,
            url=reverse("reporting:form", args=[code]),
            code=code,
            path=[held[code].department] if held[code].department else [],
            rank=rank,
        )
        for code, rank in ranks.items()
        if code in held
    ]


def find_entries(asked: Asked, to: Actor) -> Sequence[Found]:
    """The dictionary tells more of an element than the list of what is known."""
    index = kept("reporting.elements", _entry_index)
    fitting = (
        (rank, code) for rank, (code, label) in index.find(asked.folded) if label in to.labels
    )
    ranks = {code: rank for rank, code in islice(fitting, asked.limit)}
    held = queries.entries_called(ranks, to=to, on=asked.on) if ranks else {}
    return [
        Found(
            key=code,
            title=own_title(say(held[code].titles, asked.lang)),
            url=reverse("reporting:entry", args=[code]),
            kind=held[code].unit,
            code=code,
            path=around(held[code].owner, say(held[code].titles, asked.lang)),
            rank=rank,
        )
        for code, rank in ranks.items()
        if code in held
    ]


def _form_index() -> Index[str]:
    return Index.of(Listed(code, [title], code) for code, title in queries.form_names())


def _entry_index() -> Index[tuple[str, str]]:
    return element_words(observations.element_map(None).values())


SEARCHES = (
    Source(
        "form",
        {"zh-hans": "报表", "zh-hant": "報表", "en": "Forms", "pt": "Mapas"},
        find_forms,
        permission=READ,
    ),
    Source(
        "element",
        {"zh-hans": "数据元", "zh-hant": "數據元", "en": "Elements", "pt": "Elementos"},
        find_entries,
        permission=READ,
    ),
)
