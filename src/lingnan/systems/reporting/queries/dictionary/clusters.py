"""Proposed elements: what the registered forms ask in several places under several elements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from lingnan.base.actors import Actor
from lingnan.base.canonical import sha256

from ...content import LANGUAGES, element_names
from ...models import Field, Repeat
from ...rules.dictionary import clusters, kind_of, named
from ...rules.filing import source_of
from ...terms.dictionary import ClusterInfo, Node
from ...terms.filings import FormState, Verdict
from ...terms.forms import Relation
from ..forms import field_info
from ..gate import need
from .effects import per_year
from .identities import current_fields

Pair = tuple[int, int]


def proposed(*, to: Actor, on: date, least: float = 0.6) -> list[ClusterInfo]:
    """The one that saves most answers first. Three queries, however many forms.

    `least`: matches below that score join nothing.
    """
    need(to, "reporting.read", on=on)
    rows = {row.pk: row for row in current_fields()}
    same = _pairs(least)
    apart = Repeat.objects.filter(state=Verdict.REFUSED).values_list("source", "target")
    found = clusters([_node(row) for row in rows.values()], same, apart)
    made = [_cluster([rows[i] for i in ids], same) for ids in found]
    return sorted(made, key=lambda one: (-one.saved, -one.sure, one.fields[0].id))


def _pairs(least: float) -> dict[Pair, float]:
    rows = Repeat.objects.filter(
        relation=Relation.SAME,
        score__gte=Decimal(str(least)),
        source__form__state=FormState.CURRENT,
        target__form__state=FormState.CURRENT,
    ).exclude(state=Verdict.REFUSED)
    found = rows.values_list("source", "target", "score").order_by("pk")
    return {(source, target): float(score) for source, target, score in found}


def _node(row: Field) -> Node:
    one = row.element
    assert one is not None
    kind = kind_of(one.type, one.unit, [*one.options, one.period_kind], one.subject_kind)
    return Node(row.pk, row.form_id, one.pk, kind)


def _cluster(rows: Sequence[Field], same: Mapping[Pair, float]) -> ClusterInfo:
    element = min((row.element for row in rows if row.element), key=lambda one: one.pk)
    inside = {row.pk for row in rows}
    scores = [s for (a, b), s in same.items() if a in inside and b in inside]
    titles, converted = names_for([row.label for row in rows])
    yearly = sorted(per_year(row.form.period_kind) for row in rows)
    return ClusterInfo(
        key=sha256(sorted({row.element_id for row in rows}))[:16],
        fields=tuple(field_info(row) for row in rows),
        forms={row.form_id: row.form.code for row in rows},
        titles=titles,
        converted=converted,
        unit=element.unit,
        type=element.type,
        period_kind=element.period_kind,
        truth=suggested_truth(rows),
        sure=Decimal(str(round(min(scores, default=1.0), 4))),
        saved=sum(yearly[:-1]),
    )


def names_for(labels: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The best label: one that content names, else what most forms write, the shortest of them; and
    which languages a program converted."""
    written = [label.strip() for label in labels]
    declared: Mapping[str, Any] = next(
        (found for label in written if (found := named(label, element_names()))), {}
    )
    if declared:
        titles = {lang: declared[lang] for lang in LANGUAGES if lang in declared}
        return titles, tuple(declared.get("converted", ()))
    counts = Counter(written)
    return {"zh-hans": min(counts, key=lambda text: (-counts[text], len(text), text))}, ()


def suggested_truth(rows: Sequence[Field]) -> str:
    """Whoever asks the most often knows first; of equals, the form registered first."""
    first = min(rows, key=lambda row: (-per_year(row.form.period_kind), row.form_id))
    return source_of(first.form.code)
