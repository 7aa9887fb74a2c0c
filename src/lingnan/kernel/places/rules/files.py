"""Reading the content files: text in, drafts and changes out."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from lingnan.base.canonical import sha256

from ..terms import Tree
from . import codes, history
from .history import Change, Draft


def table(text: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(text))


def divisions(text: str) -> list[Draft]:
    """The statistical edition: `code,name,level,parent_code`."""
    return [
        history.place(row["code"], row["name"], int(row["level"]), row["parent_code"] or None)
        for row in table(text)
    ]


def districts(text: str) -> list[Draft]:
    """Hong Kong and Macao: two regions with their districts. The district ids are a map's own, no
    standard.
    """
    found = []
    for row in table(text):
        number, name = row["adcode_datav"], row["name_full"] or row["name"]
        if row["level"] == "region":
            found.append(history.place(codes.full(number), name, 1, None))
        else:
            parent = codes.full(row["parent_code"])
            found.append(
                history.place(f"datav:{number}", name, 3, parent, kind="district", scheme="datav")
            )
    return found


def changes(text: str, places: Iterable[Draft]) -> list[Change]:
    """`changes.csv` for a place by its key: children are found by name under `new` (`old` if
    governed).

    ValueError when a child's name is not there or not alone.
    """
    below: dict[str, dict[str, list[str]]] = {}
    for it in places:
        parent = it.parents[Tree.CODE].first
        if parent:
            below.setdefault(parent, {}).setdefault(it.name.first or "", []).append(it.key)
    return [_resolved(change, below) for change in raw_changes(text)]


def raw_changes(text: str) -> list[Change]:
    """`changes.csv` as it stands: children by name."""
    return [_change(number, row) for number, row in enumerate(table(text), start=1)]


def _change(number: int, row: Mapping[str, str]) -> Change:
    named = tuple(name for name in row["children"].split(";") if name)
    said = (row["kind"], row["effective"], row["old"], row["new"], row["tree"], named)
    return Change(
        number=number,
        kind=row["kind"],
        effective=date.fromisoformat(row["effective"]),
        old=_key(row["old"]),
        new=_key(row["new"]),
        old_name=row["old_name"],
        new_name=row["new_name"],
        level=int(row["level"]),
        tree=row["tree"],
        children=named,
        document=row["document"],
        source=row["source"],
        verified=row["verified"] == "true",
        key=sha256(said),
    )


def _resolved(change: Change, below: Mapping[str, Mapping[str, list[str]]]) -> Change:
    near = below.get(change.old if change.tree == "governed" else change.new, {})
    wrong = [name for name in change.children if len(near.get(name, [])) != 1]
    if wrong:
        raise ValueError(f"line {change.number + 1}: none or several called {', '.join(wrong)}")
    return replace(change, children=tuple(near[name][0] for name in change.children))


def _key(text: str) -> str:
    return text if ":" in text else codes.full(text)


def towns(text: str, places: Iterable[Draft]) -> tuple[dict[str, str], list[str]]:
    """Civil-affairs codes of towns by place key, matched by county and name; and what found no
    match.
    """
    known: dict[tuple[str, str], list[str]] = {}
    for it in places:
        if it.level == 4 and it.scheme == "nbs":
            known.setdefault((_county(it), it.name.first or ""), []).append(it.key)
    matched, strangers = {}, []
    for row in table(text):
        found = known.get((row["county_code"][:6], row["name"]), [])
        if len(found) == 1:
            matched[found[0]] = row["code9"]
        else:
            strangers.append(f"{row['code9']} {row['name']}")
    return matched, strangers


def _county(it: Draft) -> str:
    return (it.parents[Tree.CODE].first or "")[:6]
