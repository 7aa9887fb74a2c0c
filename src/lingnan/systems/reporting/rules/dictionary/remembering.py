"""What people said of two wordings, told again when the wordings come back."""

from collections.abc import Sequence

from ...terms.dictionary import OPPOSITE, Decided, Identity, Memory
from ...terms.forms import Relation


def oriented(relation: Relation, *, turned: bool) -> Relation:
    """The relation as seen from the other side."""
    return OPPOSITE.get(relation, relation) if turned else relation


def recall(source: Identity, target: Identity, said: Sequence[Decided]) -> Memory | None:
    """The newest word on the pair; one on these very departments stands before others' wordings.

    `said` may hold other pairs. Different words of one rank are a conflict.
    """
    about = [(d, *_fit(d, source, target)) for d in said]
    fitting = [(d, turned, exact) for d, fits, turned, exact in about if fits]
    if not fitting:
        return None
    own = [one for one in fitting if one[2]]
    ranked = sorted(own or fitting, key=lambda one: (one[0].at, one[0].id))
    newest, turned, _ = ranked[-1]
    words = {oriented(d.relation, turned=t) for d, t, _ in ranked}
    return Memory(oriented(newest.relation, turned=turned), newest, conflict=len(words) > 1)


def _fit(one: Decided, source: Identity, target: Identity) -> tuple[bool, bool, bool]:
    """Does it speak of the pair; the other way round; of these very departments."""
    straight = (one.source.wording, one.target.wording) == (source.wording, target.wording)
    turned = (one.source.wording, one.target.wording) == (target.wording, source.wording)
    if straight and turned:  # equal wordings: only the departments tell which way
        turned = (one.source, one.target) != (source, target)
        turned &= (one.source, one.target) == (target, source)
        straight = not turned
    exact = (one.source, one.target) == ((target, source) if turned else (source, target))
    return straight or turned, turned and not straight, exact
