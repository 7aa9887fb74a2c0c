"""An element gets its names, its owner, its source of truth and its secrecy."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.terms import SECRECY
from lingnan.kernel.observations.models import Element
from lingnan.kernel.observations.terms import OverTime
from lingnan.kernel.parties import queries as parties

from ...content import LANGUAGES
from ...models import Entry, Field
from ...queries.gate import need
from ...rules.filing import LEDGER, source_of
from ...terms.dictionary import (
    ChangeKind,
    ElementDescribed,
    Standing,
    UnknownLabel,
    UnknownSource,
)
from .acts import begin, cards_of, held, keep_cards, keep_changes, precedences, redefine, subject_of
from .joining import locked


@transaction.atomic
def describe_element(  # noqa: PLR0913 - each is a question of its own
    code: str,
    *,
    titles: Mapping[str, str] | None = None,
    owner: str | None = None,
    truth: Sequence[str] | None = None,
    label: str | None = None,
    over_time: OverTime | None = None,
    by: Actor,
    at: datetime,
) -> str:
    """What is None stays. `titles`: by language, an empty one is taken away; `owner`: uuid of a
    department, empty for none; `truth`: `ledger`, `form:<code>`, `department:<uuid>`, best first:
    from now on whoever stands before wins, what was decided before stays; `over_time`: whether it
    happens during a period (its parts add up) or stands at its end.

    Raises NoSuchEntry, UnknownSource, UnknownLabel, NotFound (no such department).
    """
    need(by, "reporting.administer", on=legal_day(at))
    one = locked([code])[0]
    cards = cards_of([one])
    card, was = cards[one.pk], held([one], cards)
    told: dict[str, Any] = {}
    if titles is not None:
        told["titles"] = _titles(one, titles)
        card.converted = [lang for lang in card.converted if not titles.get(lang)]
    if owner is not None:
        told["owner"] = _owner(card, owner)
    if label is not None:
        told["label"] = _label(label)
    if over_time is not None:
        told["over_time"] = over_time
    if truth is not None:
        card.truth = _truth(one, truth)
    if card.standing != Standing.RETIRED:
        card.standing = Standing.CONFIRMED
    keep_cards([card])
    told |= precedences([one], cards, {})[one.code]
    act = begin(by, at)
    redefine([one], act, {one.code: told})
    now = Element.objects.get(pk=one.pk)
    keep_changes(act, ChangeKind.NAMED, [([one], [one], [], was | {"words": _words(now, card)})])
    evidence.record(
        ElementDescribed(subject=subject_of(one), element=one.code, digest=now.digest()),
        by=by,
        at=at,
    )
    return str(act.uuid)


def _titles(one: Element, titles: Mapping[str, str]) -> dict[str, str]:
    new = {**one.titles, **{lang: titles[lang].strip() for lang in LANGUAGES if lang in titles}}
    return {lang: words for lang, words in new.items() if words}


def _owner(card: Entry, owner: str) -> str:
    if not owner:
        card.department = None
        return ""
    found = parties.party(owner)
    if found.kind != "organisation":
        raise NotFound
    card.department_id = found.id
    return found.name[:64]


def _label(label: str) -> str:
    if label not in SECRECY:
        raise UnknownLabel(label=label, known="、".join(SECRECY))
    return label


def _truth(one: Element, truth: Sequence[str]) -> list[str]:
    """Only who can speak of it: the ledger, forms that ask it or fed it, their departments."""
    rows = Field.objects.filter(element=one).values_list("form__code", "form__department__uuid")
    known = {LEDGER, *one.precedence}
    for form, department in rows:
        known |= {source_of(form)} | ({f"department:{department}"} if department else set())
    for word in truth:
        if word not in known:
            raise UnknownSource(source=word, known="、".join(sorted(known)))
    return list(dict.fromkeys(truth))


def _words(now: Element, card: Entry) -> dict[str, str]:
    """For the history page: how it was called and who answered from then on."""
    return {
        "title": now.titles.get("zh-hans", ""),
        "owner": now.owner,
        "label": now.label,
        "truth": "、".join(card.truth),
    }
