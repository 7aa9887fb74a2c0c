"""How well filled forms were read: what was told for sure, what was asked instead, what was wrong."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .reading import same_value, share
from .truth import Row, Truth


def report(truth: Truth, said: dict[str, Any], verbose: bool) -> Iterator[str]:
    """`first`: the doubtful place's first candidate is the right one, so that one click settles it."""
    tally, wrong = Counter[str](), list[str]()
    field = {(r["form"], r["year"], r["sheet"], r["cell"]): r for r in truth.fields}
    told, asked = _told(truth, said)
    for row in truth.values:
        about = field[row["form"], row["year"], row["field_sheet"], row["field_cell"]]
        how = _judged(row, about, told, asked)
        tally["values"] += 1
        tally[how] += 1
        if how in ("wrong", "silent"):
            wrong.append(f"{how} {row['file']} {row['sheet']}!{row['cell']} {row['raw']!r}")
    sure = tally["right"] + tally["wrong"]
    doubts = tally["place"] + tally["first"] + tally["doubt"]
    yield f"filled forms, {truth.half} half, {len(truth.filled())} files, {tally['values']} cells"
    yield f"  told for sure                       {share(sure, tally['values'])}"
    yield f"    right place, period and value     {share(tally['right'], sure)}"
    yield f"  listed as doubts                    {share(doubts, tally['values'])}"
    yield f"    of these the place                {tally['place'] + tally['first']}"
    yield f"      right candidate first           {tally['first']}"
    yield f"  neither told nor listed             {tally['silent']}"
    if verbose:
        yield from (f"    {line}" for line in wrong)


def _told(truth: Truth, said: dict[str, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    told, asked = {}, {}
    for file in truth.filled():
        for form in said.get(file) or []:
            told |= {(file, one["sheet"], one["cell"]): one for one in form["values"]}
            asked |= {(file, one["sheet"], one["cell"]): one for one in form["doubts"]}
    return told, asked


def _judged(row: Row, about: Row, told: dict[Any, Any], asked: dict[Any, Any]) -> str:
    keys = [(row["file"], sheet, row["cell"]) for sheet in (row["sheet"], _stem(row["file"]))]
    one = next((told[key] for key in keys if key in told), None)
    if one is not None:
        number = one.get("number") if one.get("number") is not None else one["value"]
        fits = same_value(row, about, one | {"value": number}) or same_value(row, about, one)
        fits = fits or same_value(row, about, one | {"value": one["option"] or one["text"]})
        there = (one["place"] or {}).get("code") == row["place"]
        return "right" if fits and there and one["period"] == row["period"] else "wrong"
    doubt = next((asked[key] for key in keys if key in asked), None)
    if doubt is None:
        return "silent"
    if not doubt["candidates"]:
        return "doubt"
    return "first" if doubt["candidates"][0]["code"] == row["place"] else "place"


def _stem(file: str) -> str:
    """A .csv has one sheet, named like the file."""
    return file.rpartition("/")[2].rpartition(".")[0]
