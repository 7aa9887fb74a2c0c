"""Pairs of fields → numbers that speak for or against their asking the same fact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...terms import Dimension, Vocabulary
from .covering import covering
from .facts import TOTAL
from .likeness import Column, Index, Matrix, all_pairs, ratios, weighted
from .names import name_likeness
from .sides import Codes, Flags, Side, mark, shared, shared_by
from .valued import VALUE_FEATURES, value_features

NAME_FEATURES = (
    "name", "name_high", "exact", "synonym", "bare", "raw",
    "letters", "cover", "cover_low", "unheld", "apart",
    "topic", "off_topic", "context", "ambiguous", "near", "code", "meaning",
)  # fmt: skip
FORM_FEATURES = (
    "unit_same", "unit_differs", "base_differs", "type_differs", "level_differs", "role_differs",
    "options", "yes_no", "clash", "numbers_differ", "partial", "usual", "limits_shared",
)  # fmt: skip
FEATURES = ("base", *NAME_FEATURES, *FORM_FEATURES, *VALUE_FEATURES)
ALL, FEW, MANY, EACH = 12_000, 1_500, 30_000, 16
"""Pairs looked at closely: all of them up to here; else without values, with values, and at least
for each field."""


PHYSICAL = [mark(name) for name in (Dimension.AREA, Dimension.LENGTH, Dimension.WEIGHT)]
"""Their units convert into one another; 个 and 盏 do not."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """`rows`, `cols`: which fields; `x`: one row of FEATURES a pair; `text`, `whole`, `context`:
    likeness of names, names under their headings, headings, for judging the relation."""

    rows: Index
    cols: Index
    x: Column
    whole: Column
    context: Column


@dataclass(slots=True)
class _Compared:
    """The two sides, and all their pairs at a cheap look: pieces shared by names, names under their
    headings, headings; Latin names."""

    a: Side
    b: Side
    stem: Matrix
    whole: Matrix
    context: Matrix
    topics: Matrix
    latin: Matrix | None


def compare(
    a: Side,
    b: Side,
    words: Vocabulary,
    meaning: Callable[[Index, Index], Column] | None = None,
    decided: Sequence[tuple[int, int]] = (),
) -> Pairs:
    """The promising pairs and those already `decided`, measured."""
    both = _Compared(
        a,
        b,
        shared(a, "stem", b, "stem"),
        shared(a, "whole", b, "whole"),
        shared(a, "context", b, "context"),
        shared(a, "topics", b, "topics"),
        _latin(a, b),
    )
    rows, cols = _with(_close(both), decided)
    found: dict[str, Column] = {"base": np.ones(len(rows))}
    whole, context = _name_features(both, rows, cols, found)
    found["meaning"] = meaning(rows, cols) if meaning else np.zeros(len(rows))
    _form_features(a, b, rows, cols, words, found)
    found |= value_features(a, b, rows, cols)
    x = np.column_stack([found[name] for name in FEATURES])
    return Pairs(rows, cols, x, whole, context)


def _latin(a: Side, b: Side) -> Matrix | None:
    """Likeness of the Latin names; 0 where either is none."""
    rows = {n: name for n, name in enumerate(a.latin) if name is not None}
    cols = {n: name for n, name in enumerate(b.latin) if name is not None}
    if not rows or not cols:
        return None
    matrix: Matrix = np.zeros((len(a), len(b)), dtype=np.float32)
    found = name_likeness(list(rows.values()), list(cols.values()))
    matrix[np.ix_(list(rows), list(cols))] = found
    return matrix


def _close(both: _Compared) -> tuple[Index, Index]:
    """All pairs of small forms; of large ones, for each field the most alike at a cheap look."""
    a, b = both.a, both.b
    budget = MANY if a.values and b.values else FEW
    kept = min(len(b), max(EACH, budget // len(a)))
    if kept == len(b) or len(a) * len(b) <= ALL:
        rows, cols = np.indices((len(a), len(b)))
        return rows.ravel(), cols.ravel()
    rough = np.maximum(both.stem, 0.97 * both.whole)
    if both.latin is not None:
        rough = np.maximum(rough, both.latin)
    rough += 0.15 * both.context + 0.3 * both.topics
    if a.values and b.values:
        rough += all_pairs(*weighted(a.values.grams, b.values.grams))
    best = np.argpartition(-rough, kept - 1, axis=1)[:, :kept]
    return np.repeat(np.arange(len(a)), kept), best.ravel()


def _with(close: tuple[Index, Index], decided: Sequence[tuple[int, int]]) -> tuple[Index, Index]:
    if not decided:
        return close
    held = set(zip(*(at.tolist() for at in close), strict=True))
    more = [pair for pair in decided if pair not in held]
    return (
        np.concatenate([close[0], np.array([row for row, _ in more], dtype=np.intp)]),
        np.concatenate([close[1], np.array([col for _, col in more], dtype=np.intp)]),
    )


def _name_features(
    both: _Compared, rows: Index, cols: Index, found: dict[str, Column]
) -> tuple[Column, Column]:
    a, b = both.a, both.b
    text, whole, vague = _text_features(both, rows, cols)
    has_context = (a.contexts[rows] > 0) & (b.contexts[cols] > 0)
    no_context = (a.contexts[rows] == 0) & (b.contexts[cols] == 0)
    context = np.where(has_context, both.context[rows, cols], no_context.astype(float))
    equal = (a.wholes[rows] == b.wholes[cols]) | (
        (a.stems[rows] == b.stems[cols]) & (a.stems[rows] != mark(TOTAL))
    )
    equal |= (a.wholes[rows] == b.stems[cols]) | (a.stems[rows] == b.wholes[cols])
    bare = (a.wholes[rows] == mark(TOTAL)) & (b.wholes[cols] == mark(TOTAL))
    bare &= ~(a.marks[rows].any(axis=1) & b.marks[cols].any(axis=1))
    bare &= (a.dimension[rows] != b.dimension[cols]) | (a.dimension[rows] == 0)
    alone = a.alone[rows] & b.alone[cols]
    raw = ratios([a.raws[row] for row in rows], [b.raws[col] for col in cols])
    raw = np.where(vague, np.minimum(raw, whole), raw)
    both_about = a.about[rows] & b.about[cols]
    topic = both.topics[rows, cols].astype(float)
    found["topic"] = topic
    found["off_topic"] = np.where(both_about, np.maximum(0, 0.5 - topic), 0.0)
    found["name"] = text
    found["name_high"] = np.maximum(0, text - 0.75) * 4
    found["exact"] = (raw >= 0.9999).astype(float)
    found["synonym"] = (equal & ~bare).astype(float)
    found["bare"] = bare.astype(float)
    found["raw"] = raw
    found["letters"] = shared_by(a, b, "letters", rows, cols)
    _cover_features(both, rows, cols, found)
    found["context"] = np.where(has_context, context - 0.3, 0.0)
    found["ambiguous"] = np.where(~alone & (text > 0.7), np.maximum(context, whole) - 0.6, 0.0)
    found["near"] = _near(both, rows, cols)
    same_code = (a.code[rows] == b.code[cols]) & (a.code[rows] > 0)
    found["code"] = same_code.astype(float)
    return whole, context


def _cover_features(both: _Compared, rows: Index, cols: Index, found: dict[str, Column]) -> None:
    """Latin names are compared word by word elsewhere."""
    covers = covering(both.a.saying, both.b.saying, rows, cols)
    chinese = ~(both.a.latin_named[rows] | both.b.latin_named[cols])
    found["cover"] = np.where(chinese, (covers.forth + covers.back) / 2, 0.0)
    found["cover_low"] = np.where(chinese, np.minimum(covers.forth, covers.back), 0.0)
    found["unheld"] = np.where(chinese, covers.unheld, 0.0)
    found["apart"] = np.where(chinese, covers.apart, 0.0)


def _text_features(both: _Compared, rows: Index, cols: Index) -> tuple[Column, Column, Flags]:
    """Likeness of the names, and of the names under their headings: one form says 女性 under 低保对象,
    another 低保妇女. Last: whether a name is vague without its headings."""
    a, b = both.a, both.b
    stem = _texts(both.stem, a.stem_texts, b.stem_texts, rows, cols)
    under = a.under[rows], b.under[cols]
    crossed = stem.copy()
    at = np.flatnonzero(under[0] | under[1])
    crossed[at] = _texts(both.whole, a.whole_texts, b.whole_texts, rows[at], cols[at])
    for n, (one, other) in enumerate((("whole", "stem"), ("stem", "whole"))):
        at = np.flatnonzero(under[n])
        if at.size:
            texts = getattr(a, f"{one}_texts"), getattr(b, f"{other}_texts")
            likeness = _texts(shared(a, one, b, other), *texts, rows[at], cols[at])
            crossed[at] = np.maximum(crossed[at], likeness)
    vague = (a.stems[rows] == mark(TOTAL)) | (b.stems[cols] == mark(TOTAL)) | (under[0] & under[1])
    vague &= under[0] | under[1]
    text = np.maximum(np.where(vague, 0.5 * stem, stem), 0.97 * crossed)
    if both.latin is not None:
        mixed = a.latin_named[rows] | b.latin_named[cols]
        latin = both.latin[rows, cols]
        return np.where(mixed, latin, text), np.where(mixed, latin, crossed), vague & ~mixed
    return text, crossed, vague


def _texts(pieces: Matrix, a: Sequence[str], b: Sequence[str], rows: Index, cols: Index) -> Column:
    """Half the order of letters, half the rare bigrams shared."""
    ratio = ratios([a[row] for row in rows], [b[col] for col in cols])
    return 0.5 * ratio + 0.5 * pieces[rows, cols]


def _near(both: _Compared, rows: Index, cols: Index) -> Column:
    """How well the fields before and after go together: forms copy each other's order."""
    total = np.zeros(len(rows))
    names = both.stem if both.latin is None else both.latin
    for step in (-1, 1):
        r, c = rows + step, cols + step
        inside = (r >= 0) & (c >= 0) & (r < len(both.a)) & (c < len(both.b))
        total[inside] += names[r[inside], c[inside]] / 2
    return total


def _form_features(
    a: Side, b: Side, rows: Index, cols: Index, words: Vocabulary, found: dict[str, Column]
) -> None:
    def differ(name: str) -> Flags:
        one, other = getattr(a, name)[rows], getattr(b, name)[cols]
        differs: Flags = (one != other) & (one > 0) & (other > 0)
        return differs

    both_say = (a.dimension[rows] > 0) & (b.dimension[cols] > 0)
    found["unit_same"] = (both_say & ~differ("dimension")).astype(float)
    found["unit_differs"] = differ("dimension").astype(float)
    counted = ~np.isin(a.dimension[rows], PHYSICAL)
    found["base_differs"] = (differ("base") & counted & ~differ("dimension")).astype(float)
    found["type_differs"] = differ("kind").astype(float)
    found["level_differs"] = differ("level").astype(float)
    found["role_differs"] = differ("role").astype(float)
    found["options"], found["yes_no"] = _option_features(a, b, rows, cols)
    marks = _mark_features(a, b, rows, cols, words)
    relation = np.zeros(len(rows), dtype=np.int64)
    for n in np.flatnonzero(a.numbered[rows] | b.numbered[cols]):
        relation[n] = _number_relation(a.numbers[rows[n]], b.numbers[cols[n]])
    partial = marks.partial | (relation == 1) | (relation == 2)
    found["clash"] = np.minimum(marks.clash, 2).astype(float)
    found["numbers_differ"] = (relation == 3).astype(float)
    agreed = marks.agreed + ((relation == 0) & a.numbered[rows])
    found["limits_shared"] = np.minimum(agreed, 2).astype(float)
    found["partial"] = partial.astype(float)
    found["usual"] = (marks.usual & ~partial).astype(float)


def _number_relation(one: frozenset[str], other: frozenset[str]) -> int:
    """0 equal, 1 the target has more, 2 the source has more, 3 they differ."""
    if one == other:
        return 0
    if one < other:
        return 1
    return 2 if other < one else 3


def _option_features(a: Side, b: Side, rows: Index, cols: Index) -> tuple[Column, Column]:
    """Likeness of label sets, -0.5..0.5; yes-or-no is what half of all coded questions offer."""
    like, short = np.zeros(len(rows)), np.zeros(len(rows))
    have = a.offers[rows] & b.offers[cols]
    for n in np.flatnonzero(have):
        one, other = a.options[rows[n]], b.options[cols[n]]
        common = len(one & other) / len(one | other)
        (short if max(len(one), len(other)) <= 2 else like)[n] = common - 0.5
    return like, short


class _Marked(NamedTuple):
    """How many families exclude one another, how many agree; where one side says what the other
    usually means; where one side limits what the other leaves open."""

    clash: Codes
    agreed: Codes
    usual: Flags
    partial: Flags


def _mark_features(a: Side, b: Side, rows: Index, cols: Index, words: Vocabulary) -> _Marked:
    clash, agreed = np.zeros((2, len(rows)), dtype=np.int64)
    usual, partial = np.zeros((2, len(rows)), dtype=bool)
    for n, family in enumerate(words.distinctions):
        one, other = a.marks[rows, n], b.marks[cols, n]
        if not one.any() and not other.any():
            continue
        differs = one != other
        agreed += ~differs & (one > 0)
        two = differs & (one > 0) & (other > 0)
        clash += two
        single = differs & ~two
        named = np.maximum(one, other)
        if family.silent == "whole":
            meant = single & (named == mark(family.usual or "-"))
            usual |= meant
            partial |= single & ~meant
        elif family.silent != "any":
            clash += single & (named != mark(family.silent))
    return _Marked(clash, agreed, usual, partial)
