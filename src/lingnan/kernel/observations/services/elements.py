"""Elements are declared before a value of them can be kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import ELEMENT, uuid7, uuid_of
from lingnan.kernel.evidence import services as evidence

from ..models import Element
from ..rules.expressions import WrongExpression, parse, ring_from
from ..terms import ElementDefinition, ElementsDefined

# Values already kept would change their meaning with these.
FIXED = ("type", "unit", "subject_kind")


class WrongDefinition(Invalid):
    code = "wrong_definition"
    tell = "数据项定义有误，请按提示修改。"


@transaction.atomic
def define_elements(
    definitions: Sequence[ElementDefinition], *, by: Actor, at: datetime
) -> dict[str, int]:
    """Ids by code. A definition that is already so changes nothing; type and unit never change."""
    wanted = {d.code: d for d in definitions}
    known = {e.code: e for e in Element.objects.select_for_update().filter(code__in=wanted)}
    problems = [*_doubles(definitions), *_faults(wanted.values(), known)]
    problems += _wrong_expressions(wanted)
    if problems:
        raise WrongDefinition(problems=problems)
    changed = [d for d in wanted.values() if d.code not in known or _differs(d, known[d.code])]
    if changed:
        _announce(_write(changed, known, at), by, at)
    return dict(Element.objects.filter(code__in=wanted).values_list("code", "id"))


def _doubles(definitions: Sequence[ElementDefinition]) -> list[Problem]:
    seen: dict[str, ElementDefinition] = {}
    return [
        Problem(d.code, "同一编码有两种不同的定义。")
        for d in definitions
        if seen.setdefault(d.code, d) != d
    ]


def _faults(
    definitions: Iterable[ElementDefinition], known: dict[str, Element]
) -> Iterable[Problem]:
    for d in definitions:
        if not ELEMENT.match(d.code) or len(d.code) > 96:
            yield Problem(
                d.code, "编码只能用小写字母、数字和下划线，以字母开头，不超过 96 个字符。"
            )
        if not d.titles:
            yield Problem(d.code, "缺少名称。")
        for name in FIXED:
            if d.code in known and getattr(known[d.code], name) != _fields(d)[name]:
                yield Problem(d.code, "已有数据的{name}不能更改，请另立编码。", (("name", name),))


def _wrong_expressions(wanted: Mapping[str, ElementDefinition]) -> list[Problem]:
    """Every name must be an element, declared here or before; none may lead back to itself."""
    if not any(d.expression for d in wanted.values()):
        return []
    texts = dict(Element.objects.values_list("code", "expression"))
    texts |= {d.code: d.expression for d in wanted.values()}
    known = frozenset(texts)
    problems = []
    for d in wanted.values():
        try:
            if d.expression:
                parse(d.expression, known)
        except WrongExpression as wrong:
            problems.append(Problem(d.code, "算式有误：{what}", (("what", str(wrong)),)))
    if not problems:
        rings = ((code, ring_from(code, texts)) for code in wanted)
        problems += [
            Problem(code, "算式绕回自己：{ring}", (("ring", " → ".join(ring)),))
            for code, ring in rings
            if ring
        ]
    return problems


def _fields(d: ElementDefinition) -> dict[str, Any]:
    raw = asdict(d)
    for name in ("breakdown", "options"):
        raw[name] = [list(pair) for pair in raw[name]]
    return raw | {
        "titles": dict(d.titles),
        "type": d.type.value,
        "over_places": d.over_places.value,
        "over_time": d.over_time.value,
        "precedence": list(d.precedence),
    }


def _differs(d: ElementDefinition, held: Element) -> bool:
    return any(getattr(held, name) != wanted for name, wanted in _fields(d).items())


def _write(
    changed: list[ElementDefinition], known: dict[str, Element], at: datetime
) -> list[Element]:
    at_ms = int(at.timestamp() * 1000)
    new = [Element(uuid=uuid7(at_ms), **_fields(d)) for d in changed if d.code not in known]
    Element.objects.bulk_create(new, batch_size=500)
    edited = []
    for d in changed:
        if d.code in known:
            element = known[d.code]
            for name, value in _fields(d).items():
                setattr(element, name, value)
            edited.append(element)
    if edited:
        names = [name for name in _fields(changed[0]) if name != "code"]
        Element.objects.bulk_update(edited, names, batch_size=200)
    return [*new, *edited]


def _announce(changed: list[Element], by: Actor, at: datetime) -> None:
    evidence.record(
        ElementsDefined(
            subject=f"observations.elements:{uuid_of('observations', 'elements')}",
            digests={e.code: e.digest() for e in changed},
        ),
        by=by,
        at=at,
    )
