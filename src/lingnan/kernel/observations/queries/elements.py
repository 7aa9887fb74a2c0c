"""What can be known: the declared elements, and who may see which."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden, NotFound

from ..models import Element, Source
from ..terms import ElementInfo, OverPlaces, OverTime, ValueType

PUBLIC = "public"
LISTS = ("titles", "breakdown", "options", "precedence")
FIELDS = (
    "id", "code", "unit", "period_kind", "label", "subject_kind", "concept", "expression", "owner",
    "valid_from", "uuid", "type", "over_places", "over_time", *LISTS,
)  # fmt: skip
WRITTEN = tuple(Cast(name, TextField()) if name in LISTS else name for name in FIELDS)


class NoSuchElement(NotFound):
    code = "no_such_element"
    tell = "没有数据项 {codes}。"


class SecretElement(Forbidden):
    code = "secret_element"
    tell = "您现在的岗位不能查看数据项 {codes}。"


def element_map(codes: Iterable[str] | None = None) -> dict[str, ElementInfo]:
    """By code; codes nobody declared are left out. None: every element."""
    rows = Element.objects.all() if codes is None else Element.objects.filter(code__in=list(codes))
    return {row.code: info(row) for row in rows.order_by("id")}


def elements(wanted: Sequence[int | str | ElementInfo], *, to: Actor) -> list[ElementInfo]:
    """In the order asked, by id or code; what was read already is not read again. Raises NoSuchElement,
    SecretElement."""
    given = [key for key in wanted if isinstance(key, ElementInfo)]
    if len(given) == len(wanted):
        _refuse(SecretElement, [e.code for e in given if e.label not in to.labels])
        return list({one.id: one for one in given}.values())
    keys = [key.id if isinstance(key, ElementInfo) else key for key in wanted]
    numbers = [key for key in keys if isinstance(key, int)]
    words = [key for key in keys if isinstance(key, str)]
    rows = Element.objects.filter(Q(id__in=numbers) | Q(code__in=words))
    found: dict[int | str, ElementInfo] = {}
    for row in rows.values_list(*WRITTEN):
        known = _read(row)
        found[known.id] = found[known.code] = known
    _refuse(NoSuchElement, [str(key) for key in keys if key not in found])
    chosen = list({found[key].id: found[key] for key in keys}.values())
    _refuse(SecretElement, [e.code for e in chosen if e.label not in to.labels])
    return chosen


def _refuse(error: type[NoSuchElement | SecretElement], codes: list[str]) -> None:
    if codes:
        raise error(codes="、".join(codes[:5]))


def hidden(labels: frozenset[str]) -> frozenset[int]:
    """Elements that may not be shown to whoever holds these labels."""
    return frozenset(Element.objects.exclude(label__in=labels).values_list("id", flat=True))


def source_codes(ids: Iterable[int]) -> dict[int, str]:
    return dict(Source.objects.filter(id__in=set(ids)).values_list("id", "code"))


def sources_heard(codes: Iterable[str]) -> set[str]:
    """Those of these sources that ever said anything."""
    return set(Source.objects.filter(code__in=list(codes)).values_list("code", flat=True))


def info(row: Element) -> ElementInfo:
    return _info({name: getattr(row, name) for name in FIELDS})


@lru_cache(maxsize=4096)
def _read(written: tuple[Any, ...]) -> ElementInfo:
    """Elements are asked for by the hundred: what one says is parsed when it is first said so."""
    fields = dict(zip(FIELDS, written, strict=True))
    return _info(fields | {name: json.loads(fields[name]) for name in LISTS})


def _info(fields: dict[str, Any]) -> ElementInfo:
    checked: dict[str, Any] = {
        "uuid": str(fields["uuid"]),
        "type": ValueType(fields["type"]),
        "over_places": OverPlaces(fields["over_places"]),
        "over_time": OverTime(fields["over_time"]),
        "breakdown": tuple((a, b) for a, b in fields["breakdown"]),
        "options": tuple((a, b) for a, b in fields["options"]),
        "precedence": tuple(fields["precedence"]),
    }
    return ElementInfo(**fields | checked)
