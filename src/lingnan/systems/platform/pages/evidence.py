"""Evidence: what happened, the history of a subject, the signed head, proofs to take away."""

import json
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from lingnan.base import clock
from lingnan.base.canonical import plain
from lingnan.base.ids import SUBJECT
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.evidence.terms import Entry
from lingnan.kernel.places import queries as places
from lingnan.web.access import permission, public
from lingnan.web.actors import actor_of
from lingnan.web.components import Cell, Column, Fact, Table
from lingnan.web.errors import NoSuchPage
from lingnan.web.happenings import doer, happening, subject_words
from lingnan.web.requests import asked_number

SIZE = 50


@require_safe
@permission("evidence.read")
def tail(request: HttpRequest) -> HttpResponse:
    """The newest first; `until` is the number at which to begin."""
    newest = evidence.watermark()
    until = min(asked_number(request, "until") or newest, newest)
    start = max(0, until - SIZE)
    rows = evidence.tail(to=actor_of(request), after_seq=start, limit=SIZE)
    shown = [row for row in rows if row.seq is not None and row.seq <= until][::-1]
    context = {
        "table": _table(
            shown, gettext("第 {low} 至 {high} 号").format(low=min(start + 1, until), high=until)
        ),
        "earlier": start or None,
        "later": min(until + SIZE, newest) if until < newest else None,
        "newest": newest,
    }
    return render(request, "platform/evidence.html", context)


@require_safe
@public
def history(request: HttpRequest, subject: str) -> HttpResponse:
    """The gate decides what of it this reader sees."""
    if not SUBJECT.match(subject):
        raise NoSuchPage
    before = asked_number(request, "before")
    rows = evidence.history_of(subject, to=actor_of(request), limit=SIZE + 1, before=before)
    more, rows = len(rows) > SIZE, rows[-SIZE:]
    context = {
        "subject": subject,
        "table": _table(rows[::-1], ""),
        "any": bool(rows),
        "before": rows[0].subject_n if more else None,
    }
    return render(request, "platform/history.html", context)


@require_safe
@public
def event(request: HttpRequest, seq: int) -> HttpResponse:
    found = evidence.event_at(seq, to=actor_of(request))
    facts = [Fact(name, _flat(value)) for name, value in found.facts.items()]
    context = {"event": found, "facts": facts, "head": evidence.latest_head()}
    return render(request, "platform/event.html", context)


@require_safe
@public
def head(request: HttpRequest) -> HttpResponse:
    """The signed head: anybody may copy it and hold us to it later."""
    found = evidence.latest_head()
    facts = [] if found is None else [
        Fact(gettext("证据条数"), found.tree_size),
        Fact(gettext("树根"), found.root),
        Fact(gettext("签名时间"), found.at),
        Fact(gettext("密钥编号"), found.key_id),
        Fact(gettext("公钥（Ed25519）"), found.public_key),
        Fact(gettext("签名"), found.signature),
    ]  # fmt: skip
    return render(request, "platform/head.html", {"head": found, "facts": facts})


@require_safe
@public
def head_file(request: HttpRequest) -> HttpResponse:
    found = evidence.latest_head()
    if found is None:
        raise NoSuchPage
    return _download(plain(found), f"lingnan-head-{found.tree_size}.json")


@require_safe
@public
def proof_of_event(request: HttpRequest, seq: int) -> HttpResponse:
    return _download(evidence.prove(seq, to=actor_of(request)), f"lingnan-proof-{seq}.json")


@require_safe
@public
def proof_of_subject(request: HttpRequest, subject: str) -> HttpResponse:
    if not SUBJECT.match(subject):
        raise NoSuchPage
    name = subject.replace(":", "-")
    return _download(evidence.prove(subject, to=actor_of(request)), f"lingnan-proof-{name}.json")


def _table(rows: list[Entry], caption: str) -> Table:
    columns = [
        Column(gettext("号"), number=True, width="narrow"),
        Column(gettext("时间"), width="narrow"),
        Column(gettext("事件")),
        Column(gettext("经手")),
        Column(gettext("对象")),
    ]
    lang = get_language() or "zh-hans"
    shown = {row.subject: subject_words(row.subject, lang) for row in rows}
    shown |= _named(shown, lang)
    cells = [
        [
            Cell(str(row.seq), reverse("platform:event", args=[row.seq]))
            if row.seq
            else gettext("编号中"),
            row.at,
            happening(row.kind, lang),
            doer(row.by, lang),
            Cell(shown[row.subject], reverse("platform:history", args=[row.subject])),
        ]
        for row in rows
    ]
    return Table(columns, cells, caption, gettext("没有您可以查看的记录"))


def _named(subjects: Iterable[str], lang: str) -> dict[str, str]:
    """Places by name, which are public. Who else it is about, the history of the subject tells."""
    keys = {s: s.partition(":")[2] for s in subjects if s.startswith("places.place:")}
    ids = places.by_uuids(keys.values())
    named = places.names(sorted(ids.values()), on=clock.today(), lang=lang)
    found = {subject: named.get(ids.get(key, 0), "") for subject, key in keys.items()}
    return {subject: name for subject, name in found.items() if name}


def _flat(value: object) -> str:
    if isinstance(value, str | int | None) and not isinstance(value, bool):
        return "—" if value in ("", None) else str(value)
    if isinstance(value, list | tuple) and all(isinstance(one, str | int) for one in value):
        return "、".join(map(str, value)) or "—"
    return json.dumps(plain(value), ensure_ascii=False)


def _download(body: object, name: str) -> HttpResponse:
    text = json.dumps(plain(body), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urlpatterns = [
    path("evidence/", tail, name="evidence"),
    path("evidence/head/", head, name="head"),
    path("evidence/head.json", head_file, name="head_file"),
    path("evidence/<int:seq>/", event, name="event"),
    path("evidence/<int:seq>/proof.json", proof_of_event, name="proof_of_event"),
    path("evidence/of/<str:subject>/", history, name="history"),
    path("evidence/of/<str:subject>/proof.json", proof_of_subject, name="proof_of_subject"),
]
