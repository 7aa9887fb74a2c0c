"""Decisions are kept apart from the forms that showed them, and told again when wordings return."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product

from lingnan.base.canonical import plain

from ...models import Decision, Field, Repeat
from ...queries.dictionary.decisions import remembered
from ...queries.dictionary.identities import current_fields, identity, refs
from ...rules.dictionary import recall
from ...terms.dictionary import Decided, Identity, Memory
from ...terms.filings import Verdict
from ...terms.forms import Relation
from .acts import Act

Said = tuple[Field, Field, Relation]
Pair = tuple[int, int]


def keep_pairs(said: Sequence[Said], act: Act) -> list[Decision]:
    """The decision of each pair; equal wordings share one. `field.form.department` is loaded."""
    fields = {row.pk: row for one, other, _ in said for row in (one, other)}
    ids = {pk: identity(row) for pk, row in fields.items()}
    read = {pk: plain(ref) for pk, ref in refs(fields.values()).items()}
    rows: dict[tuple[Identity, Identity, Relation], Decision] = {}
    for source, target, relation in said:
        a, b = ids[source.pk], ids[target.pk]
        rows.setdefault(
            (a, b, relation),
            Decision(
                act=act.uuid,
                source_key=a.wording,
                target_key=b.wording,
                source_department=a.department,
                target_department=b.department,
                source=read[source.pk],
                target=read[target.pk],
                relation=relation,
                by=act.by.party,
                role=act.by.role,
                at=act.at,
            ),
        )
    Decision.objects.bulk_create(rows.values(), batch_size=500)
    return [rows[ids[source.pk], ids[target.pk], relation] for source, target, relation in said]


def recalled(
    new_forms: Sequence[int], proposed: Mapping[Pair, Repeat]
) -> tuple[dict[Pair, Repeat], dict[Pair, Memory]]:
    """What is remembered of the questions of new forms, proposed by the machine or not.

    Two queries. Answers all pairs to keep, and the memory of those that have one.
    """
    rows = {row.pk: row for row in current_fields()}
    ids = {pk: identity(row) for pk, row in rows.items()}
    fresh = {pk for pk, row in rows.items() if row.form_id in set(new_forms)}
    said = remembered(ids[pk].wording for pk in fresh)
    pairs = dict(proposed)
    for source, target in _spoken_of(fresh, rows, ids, said):
        if (source, target) not in pairs and (target, source) not in pairs:
            pairs[source, target] = Repeat(
                source=rows[source], target=rows[target], relation=Relation.SAME, score=Decimal(1)
            )
    about = _by_pair(said)
    memories = {}
    for source, target in pairs:
        if source in ids and target in ids:
            found = about.get(frozenset((ids[source].wording, ids[target].wording)), [])
            memory = recall(ids[source], ids[target], found)
            if memory:
                memories[source, target] = memory
    return _told(pairs, memories, proposed), memories


def _spoken_of(
    fresh: Iterable[int],
    rows: Mapping[int, Field],
    ids: Mapping[int, Identity],
    said: Sequence[Decided],
) -> Iterable[Pair]:
    """Pairs of a new question and another form's that some decision is about."""
    by_wording: dict[str, list[int]] = {}
    for pk, one in ids.items():
        by_wording.setdefault(one.wording, []).append(pk)
    new = set(fresh)
    for told in said:
        sides = by_wording.get(told.source.wording, []), by_wording.get(told.target.wording, [])
        for a, b in product(*sides):
            source, target = (a, b) if a in new else (b, a)
            if source in new and rows[a].form_id != rows[b].form_id:
                yield source, target


def _by_pair(said: Iterable[Decided]) -> dict[frozenset[str], list[Decided]]:
    found: dict[frozenset[str], list[Decided]] = {}
    for one in said:
        found.setdefault(frozenset((one.source.wording, one.target.wording)), []).append(one)
    return found


def _told(
    pairs: Mapping[Pair, Repeat], memories: Mapping[Pair, Memory], proposed: Mapping[Pair, Repeat]
) -> dict[Pair, Repeat]:
    """The pairs with the state that memory gives them; a conflict is left to people."""
    for key, memory in memories.items():
        row = pairs[key]
        row.decision_id, row.is_disputed = memory.decision.id, memory.conflict
        if key not in proposed:
            row.relation = memory.relation
        if not memory.conflict:
            same = memory.relation is Relation.SAME
            row.state = Verdict.ACCEPTED if same else Verdict.REFUSED
            row.said = memory.relation
    return dict(pairs)
