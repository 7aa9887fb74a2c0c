"""What several forms ask twice."""

from collections.abc import Sequence
from itertools import combinations

from ...terms import Candidate, FieldRef, FormDraft, Relation, Repeat, Role, Vocabulary
from .facts import facts_of
from .pairing import match_facts

SURE = 0.8


def repeats(forms: Sequence[FormDraft], words: Vocabulary) -> list[Repeat]:
    """Groups that ask the same fact, largest first; then pairs where one adds up the other."""
    facts = [
        [fact for fact in facts_of(form, words) if fact.ref.field.role is Role.ASKED]
        for form in forms
    ]
    same: list[tuple[FieldRef, Candidate]] = []
    derived: list[Repeat] = []
    for one, other in combinations(range(len(forms)), 2):
        for match in match_facts(facts[one], facts[other], words):
            sure = match.chosen
            if sure is None or sure.score < SURE:
                continue
            if sure.relation is Relation.SAME:
                same.append((match.source, sure))
            elif sure.relation is Relation.DERIVED:
                refs = _above_first(match.source, sure.target, forms)
                derived.append(Repeat(refs, Relation.DERIVED, sure.reasons))
    return _groups(same) + derived


def _above_first(
    one: FieldRef, other: FieldRef, forms: Sequence[FormDraft]
) -> tuple[FieldRef, FieldRef]:
    subjects = {form.form: form.subject for form in forms}
    return (other, one) if subjects[one.form] in {"household", "person"} else (one, other)


def _groups(pairs: Sequence[tuple[FieldRef, Candidate]]) -> list[Repeat]:
    """Pairs that share a field belong together."""
    groups: list[tuple[list[FieldRef], list[str]]] = []
    for source, candidate in pairs:
        touching = [g for g in groups if source in g[0] or candidate.target in g[0]]
        rest = [g for g in groups if g not in touching]
        refs = [ref for g in touching for ref in g[0]] + [source, candidate.target]
        reasons = [why for g in touching for why in g[1]] + list(candidate.reasons)
        groups = [*rest, (list(dict.fromkeys(refs)), list(dict.fromkeys(reasons)))]
    groups.sort(key=lambda g: -len(g[0]))
    return [Repeat(tuple(refs), Relation.SAME, tuple(reasons)) for refs, reasons in groups]
