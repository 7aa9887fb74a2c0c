"""What a field says, taken apart once so that many pairs can be compared quickly."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lingnan.base.periods import Kind

from ...terms import Dimension, FieldDraft, FieldRef, FieldType, FormDraft, Vocabulary
from ..frequency import kind_of
from ..labels import plain, squeeze, take_numbering
from ..vocabulary import Marks, canonical, marks_of, topics_of, touches, without_marks
from .names import Name, is_latin, name_of, tokens_of
from .values import Profile, profile_of

TOTAL = "总数"
"""The stem of `贫困户总户数` and `贫困户人数`: the marks and the unit say the rest."""
BARE = {"", "户", "人"}
"""What is left of a column that only counts, under headings that say what."""
HOUSEHOLD_SIZE = "家庭成员"
"""Adds up to all persons of the households."""
NO_LIMITS = {"", TOTAL, HOUSEHOLD_SIZE}
_JOINERS = re.compile(r"[和与及或的]|等$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年?度?(?=\D|$)")
COUNTS = {FieldType.INTEGER, FieldType.NUMBER}
EVERYBODY = frozenset({"实有", "农村", "城乡"})
"""Limits nobody: those of the register and those from elsewhere together; a village is 农村."""
NO_MARKS: Marks = {}
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """`stem`: the label without counting words and without what the marks say already;
    `whole`: parent's stem before it; `alone`: no other field of its form has this stem;
    `key`: what is asked, whichever form asks it; `raw`: the label's letters only;
    `letters`: its parent's before them."""

    ref: FieldRef
    level: str
    stem: str
    whole: str
    parent: str
    context: str
    marks: Marks
    numbers: frozenset[str]
    dimension: Dimension | None
    alone: bool
    key: str
    raw: str
    letters: str
    name: Name | None
    profile: Profile | None
    topics: frozenset[str]
    among: frozenset[str]
    """Limits the headings name beside the label's own: 在村居住 among 户籍人口."""
    above: tuple[tuple[str, tuple[frozenset[str], ...]], ...]
    """What parents and the nearest short headings add to the label, and what each letter touches."""
    around: str
    """All that is said: label, parents, headings, the form's title."""
    about: frozenset[str]
    """What all that touches."""
    parents: tuple[str, ...]
    """Labels of the fields it is a part of, nearest first."""
    title: str
    moment: str
    """Month on whose last day, or period within the year for which, it counts; `''`: at year's end."""
    often: Kind
    """Of what happens within a time: how long that is."""


def facts_of(form: FormDraft, words: Vocabulary) -> list[Facts]:
    said = _years(form)
    labels = {found.code: _dated(found.label, said) for found in form.fields}
    stems = {found.code: _stem_in(form, found, labels, words) for found in form.fields}
    seen = Counter(stems.values())
    by_code = {found.code: found for found in form.fields}
    subject = _outer(form.subject_name, words)
    level = level_of(form)
    moment = moment_of(form, words)
    kind = kind_of(form.period, form.title, words.plain.frequencies) or Kind.YEAR
    facts = []
    for found in form.fields:
        text = canonical(labels[found.code], words)
        parent = stems.get(found.parent, "")
        context = _context(found.path, words)
        whole = _under(parent or _group(found.path, words), stems[found.code])
        parents = _parents(found, by_code)
        around = (found.label, *(one.label for one in parents), *found.path, form.title)
        above = marks_of(canonical(labels.get(found.parent, ""), words), words)
        marks = _marks(text, (above, _outer(context, words), subject), words)
        dimension = _dimension(found, words)
        facts.append(
            Facts(
                ref=FieldRef(form.form, found),
                level=level,
                stem=stems[found.code],
                whole=whole,
                parent=parent,
                context=context,
                marks=marks,
                numbers=frozenset(_NUMBER.findall(text)),
                dimension=dimension,
                alone=seen[stems[found.code]] == 1,
                key=_key(level, whole, text, marks, found, dimension),
                raw=plain(found.label),
                letters=plain("".join((*(one.label for one in parents[:1]), found.label))),
                name=name_of(found.label, words),
                profile=profile_of(found.samples),
                among=_among(text, (above, _outer(context, words)), words),
                topics=_topics(found.label, labels.get(found.parent, ""), words),
                above=_above(found, parents, stems, words),
                around="|".join(canonical(part, words) for part in around),
                about=frozenset[str]().union(*(topics_of(part, words) for part in around)),
                parents=tuple(one.label for one in parents),
                title=form.title,
                moment=moment,
                often=kind if _flows(text, found, words) else Kind.YEAR,
            )
        )
    return facts


def moment_of(form: FormDraft, words: Vocabulary) -> str:
    """`6` for 截至6月30日, `Q2` for a form of a quarter; `''` for the year's end or nothing said."""
    around = (*(one.text for one in form.notes), *(one.text for one in form.furniture))
    said = (form.title, form.subtitle, *around)
    for text in said:
        found = words.moment.search(squeeze(text)) if len(text) <= LONGEST else None
        if found and 1 <= int(found[1]) <= LAST:
            return "" if int(found[1]) == LAST else found[1].lstrip("0")
    if form.cut_off:
        return "" if form.cut_off.month == LAST else str(form.cut_off.month)
    part = form.period[5:].lstrip("0")
    return "" if part == str(LAST) else part


LONGEST, LAST = 300, 12


def _flows(text: str, found: FieldDraft, words: Vocabulary) -> bool:
    times = found.unit and found.unit.dimension in {Dimension.TIMES, Dimension.PERSON_TIMES}
    return bool(times or words.plain.flows.search(f"{text}|{found.label}"))


def _parents(found: FieldDraft, by_code: Mapping[str, FieldDraft]) -> list[FieldDraft]:
    parents: list[FieldDraft] = []
    while (above := by_code.get(found.parent)) is not None and above not in parents:
        parents.append(above)
        found = above
    return parents


def _above(
    found: FieldDraft,
    parents: Sequence[FieldDraft],
    stems: Mapping[str, str],
    words: Vocabulary,
) -> tuple[tuple[str, tuple[frozenset[str], ...]], ...]:
    some = (*(stems[one.code] for one in parents), _group(found.path, words))
    limits = (text for text in some if text not in NO_LIMITS and text not in words.plain.headings)
    own = topics_of(found.label, words) - words.plain.topics
    return tuple((text, touches(text, words)) for text in limits if not _implied(text, own, words))


def _implied(above: str, own: frozenset[str], words: Vocabulary) -> bool:
    """撂荒地 is of 耕地面积 whether or not it stands below it."""
    area = words.plain.measures.get(Dimension.AREA)
    said = area.sub("", above) if area else above
    return bool(own) and all(not some.isdisjoint(own) for some in touches(said, words))


def _among(text: str, sources: Sequence[Marks], words: Vocabulary) -> frozenset[str]:
    if not any(sources):
        return NOTHING
    return frozenset(
        member
        for name, own in marks_of(text, words).items()
        if name in _inherited(words) and not _inherited(words)[name]
        for source in sources
        if (above := source.get(name)) and not own & above
        for member in above - EVERYBODY
    )


def _topics(label: str, parent: str, words: Vocabulary) -> frozenset[str]:
    own = topics_of(label, words)
    return own | topics_of(parent, words) if parent else own


def _key(
    level: str,
    whole: str,
    text: str,
    marks: Marks,
    found: FieldDraft,
    dimension: Dimension | None,
) -> str:
    said = ",".join(f"{family}={'+'.join(sorted(some))}" for family, some in sorted(marks.items()))
    unit = f"{found.unit.base}/{found.unit.per}" if found.unit else (dimension or "")
    return f"{level}|{whole}|{text}|{said}|{unit}"


def _years(form: FormDraft) -> Mapping[str, str]:
    """Year → what the form means by it: its own is this year, the one before it last year; a form
    without a period that names a single year means that one."""
    named = {int(m[1]) for found in form.fields for m in _YEAR.finditer(found.label)}
    this = int(form.period[:4]) if form.period[:4].isdigit() else None
    if this is None and len(named) == 1:
        this = named.pop()
    return {str(this): "", str(this - 1): "上年"} if this else {}


def _dated(label: str, said: Mapping[str, str]) -> str:
    return _YEAR.sub(lambda m: said.get(m[1], m[0]), label) if said else label


def _dimension(found: FieldDraft, words: Vocabulary) -> Dimension | None:
    """From the unit; a column without one may still say 户数 or 人数, which the stem leaves out."""
    if found.unit:
        counted = found.unit.dimension is Dimension.HOUSEHOLDS and not found.unit.per
        body = counted and words.plain.bodies.search(_uncounted(plain(found.label), words))
        return Dimension.THINGS if body else found.unit.dimension
    for pattern, dimension in words.plain.said:
        if not found.options and pattern.search(plain(found.label)):
            return dimension
    if found.type in COUNTS:
        for pattern, dimension in words.plain.named:
            if pattern.search(plain(found.label)):
                return dimension
    return None


def _stem_in(
    form: FormDraft, found: FieldDraft, labels: Mapping[str, str], words: Vocabulary
) -> str:
    stem = stem_of(labels[found.code], words)
    whole = stem == HOUSEHOLD_SIZE and level_of(form) == "household"
    return TOTAL if whole else stem


def level_of(form: FormDraft) -> str:
    """Whose answers can be compared one to one: a village's with a village's."""
    return form.subject if form.subject in {"household", "person"} else "place"


@lru_cache(maxsize=65_536)
def stem_of(label: str, words: Vocabulary) -> str:
    """What is left to say: `当年贫困户参加新型农村合作医疗人数` → `参加新农合`; of a Latin name its
    words."""
    if is_latin(label):
        return "".join(tokens_of(label, words))
    text = canonical(label, words)
    text = canonical(_uncounted(without_marks(text, words), words), words)
    bare = _JOINERS.sub("", _uncounted(text, words))
    return TOTAL if bare in BARE else bare


@lru_cache(maxsize=8)
def _kept(words: Vocabulary) -> tuple[str, ...]:
    return tuple(set(words.synonyms.values()))


def _uncounted(text: str, words: Vocabulary) -> str:
    """`低保户数` is 低保户 + 数, `低保户户数` is 低保户 + 户数."""
    short = text.removesuffix("数")
    if short != text and short.endswith(_kept(words)):
        return short
    return words.plain.counting.sub("", text)


@lru_cache(maxsize=16_384)
def _context(path: tuple[str, ...], words: Vocabulary) -> str:
    return canonical("".join(take_numbering(part)[1] for part in path), words)


def _under(above: str, stem: str) -> str:
    """`女性` under 低保对象 is the same as 低保对象 with the mark 女."""
    return above if above and stem == TOTAL else above + stem


def _group(path: tuple[str, ...], words: Vocabulary) -> str:
    """The nearest heading, when it is short enough to be part of the name."""
    if not path:
        return ""
    kind, text = take_numbering(path[-1])
    if kind or len(plain(text)) > 10 or plain(text) in words.plain.headings:
        return ""
    return stem_of(text, words)


@lru_cache(maxsize=1024)
def _outer(text: str, words: Vocabulary) -> Marks:
    return marks_of(canonical(text, words), words) if text else NO_MARKS


def _marks(text: str, sources: Sequence[Marks], words: Vocabulary) -> Marks:
    """What the label says itself; what it leaves open, from its parent, headings, subject."""
    marks = marks_of(text, words)
    for name, adds in _inherited(words).items() if any(sources) else ():
        if adds and name in marks:
            marks[name] |= sources[0].get(name, NOTHING)
        elif name not in marks:
            found = next((source[name] for source in sources if name in source), None)
            if found is not None:
                marks[name] = found
    return marks


@lru_cache(maxsize=8)
def _inherited(words: Vocabulary) -> dict[str, bool]:
    """Families a label takes from above, in their order; whether also beside its own."""
    return {family.family: family.adds for family in words.distinctions if family.inherit}


def explained(a: Facts, b: Facts) -> bool:
    """Whether `b` says somewhere, or touches letter by letter, all that stands above `a`."""
    return all(
        text in b.whole or len(text) > 1 and text in b.around or _touched(text, topics, b)
        for text, topics in a.above
    )


def _touched(text: str, topics: Sequence[frozenset[str]], b: Facts) -> bool:
    return all(
        letter in b.whole or not some.isdisjoint(b.about)
        for letter, some in zip(text, topics, strict=True)
    )
