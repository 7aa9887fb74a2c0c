"""A second development set: the forms of `bench/forms/more`, drawn and read by the reader. Whatever is
learned may be learned here; it judges nothing. `python -m bench.matching.further [-v]`"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import yaml

from bench.forms.maker.filled import blank
from bench.forms.maker.form import Form
from bench.forms.maker.write import write
from bench.matching.crossing import Seen, thinned
from bench.matching.sets import Labelled
from lingnan.systems.reporting.content import reading_words, vocabulary
from lingnan.systems.reporting.rules.matching import match_fields
from lingnan.systems.reporting.rules.xlsform import read_forms
from lingnan.systems.reporting.terms import Candidate, FormDraft, Vocabulary

HOME = Path(__file__).parents[1] / "forms" / "more"
YEAR, SEEDS = 2025, range(3)


@dataclass(frozen=True, eq=False)
class Read:
    """A form as read, and the fact of each of its fields by code; what was not read is `lost`."""

    code: str
    department: str
    draft: FormDraft
    facts: Mapping[str, str]
    lost: Sequence[str]


@cache
def forms() -> tuple[Read, ...]:
    specs = yaml.safe_load((HOME / "forms.yaml").read_text(encoding="utf-8"))
    return tuple(_read(spec, n) for n, spec in enumerate(specs))


def _read(spec: Mapping[str, str], n: int) -> Read:
    drawn = blank(Form(spec["code"], "more", _definition(spec, n)), YEAR)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{spec['code']}.xlsx"
        write(file, drawn.sheets)
        draft = read_forms(file.read_bytes(), file.name, reading_words())[0]
    at = {found.cell: found.code for found in draft.fields}
    asked = [field for sheet in drawn.sheets for field in sheet.fields]
    facts = {at[one.cell]: one.fact for one in asked if one.cell in at}
    lost = [one.label for one in asked if one.cell not in at]
    return Read(spec["code"], spec["department"], draft, facts, lost)


def _definition(spec: Mapping[str, str], n: int) -> dict[str, object]:
    """Three layouts in turn: unit in a column of its own, in brackets behind the label, cards."""
    lines = spec["lines"]
    cards = n % 3 == 2 and "　　" not in lines
    table: dict[str, object] = {"cards": _lines(lines, _card), "pairs": 2}
    if not cards:
        listed: dict[str, object] = {"cols": "item unit value", "items": _lines(lines, _item)}
        bracketed: dict[str, object] = {
            "cols": "code item value",
            "items": _lines(lines, _bracketed),
        }
        table = (listed, bracketed)[n % 2]
    top = {"text": f"title: {spec['title']}\nplace: 填报单位：{{place}} || {{y}}年"}
    sheets = [{"name": "Sheet1", "blocks": [top, table]}]
    return {"code": spec["code"], "ext": "xlsx", "sheets": sheets}


def _lines(text: str, write: Callable[[int, str, str, str], str]) -> str:
    kept, number = [], 0
    for line in text.splitlines():
        if not line.strip(" ") or line.startswith("# "):
            kept.append(line)
            continue
        number += 1
        printed, unit, fact = (part.strip(" ") for part in line.split("|"))
        kept.append(write(number, printed, unit, fact))
    return "\n".join(kept)


def _item(_number: int, printed: str, unit: str, fact: str) -> str:
    return f". | {printed} | {unit} |  | {fact}"


def _bracketed(number: int, printed: str, unit: str, fact: str) -> str:
    return f"{number:02} | {printed}（{unit}） | {unit} |  | {fact}"


def _card(_number: int, printed: str, unit: str, fact: str) -> str:
    short = printed.lstrip("　")
    return f"{'其中：' if short != printed else ''}{short}（{unit}） | {unit} |  | {fact}"


@cache
def _traps() -> frozenset[frozenset[str]]:
    lines = (HOME / "traps.txt").read_text(encoding="utf-8").splitlines()
    groups = [line.split() for line in lines if not line.startswith("#")]
    return frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2))


def is_trap(one: str, other: str) -> bool:
    first, second = one.partition("/")[0], other.partition("/")[0]
    return one != other and (first == second or frozenset((first, second)) in _traps())


def pairs() -> list[tuple[Read, Read]]:
    return list(combinations(forms(), 2))


def true_of(a: Read, b: Read) -> frozenset[tuple[str, str]]:
    return frozenset((x, y) for x, f in a.facts.items() for y, g in b.facts.items() if f == g)


def labelled() -> Iterator[tuple[Labelled, frozenset[str]]]:
    """Every two forms that share a fact, and their departments."""
    for a, b in pairs():
        if true := true_of(a, b):
            both = frozenset((a.department, b.department))
            yield Labelled(f"{a.code} {b.code}", a.draft, b.draft, true), both


def judged(words: Vocabulary, some: Sequence[tuple[Read, Read]], verbose: bool = False) -> Seen:
    seen = Seen([])
    for a, b in some:
        _judge(a, b, words, seen, verbose)
    return seen


def _judge(a: Read, b: Read, words: Vocabulary, seen: Seen, verbose: bool) -> None:
    true = true_of(a, b)
    ranked = {
        match.source.field.code: match.candidates for match in match_fields(a.draft, b.draft, words)
    }
    every = sorted(
        (-c.score, source, c.target.field.code) for source, some in ranked.items() for c in some
    )
    seen.hits += sum(pair[1:] in true for pair in every[: len(true)])
    seen.true += len(true)
    for source, target in sorted(true):
        order = [one.target.field.code for one in ranked[source]]
        rank = order.index(target) + 1 if target in order else 0
        seen.ranks.append(1 / rank if rank else 0.0)
        if verbose and rank != 1:
            _missed(a, b, (source, target), ranked[source], rank)
    for source, some in ranked.items():
        for one in some:
            if one.relation == "same":
                _same(a, b, (source, one.target.field.code), seen, verbose)


def _same(a: Read, b: Read, pair: tuple[str, str], seen: Seen, verbose: bool) -> None:
    one, other = a.facts.get(pair[0], pair[0]), b.facts.get(pair[1], pair[1])
    if one == other:
        seen.same += 1
        return
    seen.false += 1
    seen.traps += is_trap(one, other)
    if verbose:
        print("    same:", is_trap(one, other), _label(a, pair[0]), "–", _label(b, pair[1]))


def _missed(a: Read, b: Read, pair: tuple[str, str], said: Sequence[Candidate], rank: int) -> None:
    first = f"{said[0].target.field.label} {said[0].score:.2f}" if said else "nothing"
    right = said[rank - 1].score if rank else 0
    print(f"    {rank}: {_label(a, pair[0])} – {_label(b, pair[1])} {right:.2f}; first {first}")


def _label(of: Read, code: str) -> str:
    return next(found.label for found in of.draft.fields if found.code == code) + f" ({of.code})"


def main(verbose: bool) -> None:
    words = vocabulary()
    for one in forms():
        if one.lost:
            print("not read:", one.code, one.lost)
    print("as it ships   ", judged(words, pairs(), verbose))
    for seed in SEEDS:
        print("half the words", judged(thinned(words, seed), pairs()))


if __name__ == "__main__":
    main("-v" in sys.argv)
