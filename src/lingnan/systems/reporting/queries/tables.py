"""Figures given out as tables: tidy CSV and JSON, the roll-up workbook, a bundle with its manifest."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lingnan.base.actors import Actor
from lingnan.base.canonical import dumps
from lingnan.base.clock import LEGAL_ZONE, legal_day
from lingnan.base.periods import Period
from lingnan.kernel.evidence import queries as evidence
from lingnan.kernel.places import queries as places
from lingnan.kernel.places.terms import PlaceInfo

from ..rules import workbook as book
from ..rules.filing import Figure, cell_of, footnotes, rounding_notes
from ..rules.naming import file_name
from ..rules.tabulating import csv_of, json_of, tidy_rows
from ..rules.workbook.pack import DAWN
from ..terms.filings import FormInfo
from ..terms.masking import Seen
from ..terms.outputs import Kind, NotWhole, Output, TidyRow
from ..terms.refusals import NothingHeld
from .drawing import Moment, Printer
from .forms import forms_by_id
from .gate import need
from .masking import need_persons
from .outputs import CODE_TREE, RUNGS, Cut, Held, held_at
from .sums import sums_of

SUMS = "合计"
LEVELS = {1: "省", 2: "市", 3: "县", 4: "镇", 5: "村"}


@dataclass(frozen=True)
class Table:
    """Everything a table is made of: the place, those below it, and the figures of all of them."""

    forms: Sequence[FormInfo]
    top: PlaceInfo
    below: Sequence[PlaceInfo]
    when: Moment
    held: Mapping[tuple[int, int], Held]

    @property
    def places(self) -> list[PlaceInfo]:
        return [self.top, *self.below]


def output(  # noqa: PLR0913 - what, where, when, for whom
    kind: Kind,
    form_ids: Sequence[int],
    place: int,
    period: int,
    *,
    as_of: datetime,
    to: Actor,
    tree: str = CODE_TREE,
    level: int | None = None,
    in_full: bool = False,
    seen: Seen | None = None,
) -> Output:
    """One file. `level`: which places below, those directly below when None. NothingHeld, Forbidden.
    `in_full`: persons too."""
    need(to, "reporting.produce", [place], on=legal_day(as_of))
    seq = evidence.seq_at(as_of)
    if not seq:
        raise NothingHeld
    cut = Cut(period, seq, to, legal_day(as_of), tree, in_full, seen or Seen())
    when = Moment(cut, as_of)
    known = forms_by_id(form_ids)
    forms = [known[one] for one in form_ids]
    if in_full:
        need_persons(to, [place], forms, on=cut.on)
    table = table_of(forms, place, when, level=level)
    made = {
        Kind.CSV: lambda: csv_of(rows_of(table)),
        Kind.JSON: lambda: json_of(head_of(table), rows_of(table)),
        Kind.ROLLUP: lambda: rollup_book(table),
        Kind.BUNDLE: lambda: bundle(table),
    }[kind]()
    endings = {Kind.CSV: "csv", Kind.JSON: "json", Kind.BUNDLE: "zip"}
    titles = "、".join(form.title for form in table.forms)
    return Output(
        kind,
        file_name(titles, table.top.name, str(Period.from_code(period)), endings.get(kind, "xlsx")),
        made,
        hashlib.sha256(made).hexdigest(),
        seq,
        as_of,
    )


def table_of(
    forms: Sequence[FormInfo], place: int, when: Moment, *, level: int | None = None
) -> Table:
    """NotWhole for forms of households: they say nothing of places."""
    for form in forms:
        if form.subject != "place":
            raise NotWhole(form=form.title.replace("\n", ""))
    cut = when.cut
    top = places.place(place, on=cut.day, tree=cut.tree)
    below = places_below(top, cut, level)
    held = held_at(forms, [top, *below], cut, under=top.id)
    return Table([form.at(cut.period) for form in forms], top, below, when, held)


def places_below(top: PlaceInfo, cut: Cut, level: int | None) -> list[PlaceInfo]:
    """Those directly below, or those of a level. A city without counties stands for its county, so
    that no village is in none of the sheets; likewise for towns."""
    if level is None or level == top.level:
        return places.children(top.id, on=cut.day, tree=cut.tree) if level is None else [top]
    tree = places.hierarchy(on=cut.day, tree=cut.tree, under=top.id).to_pylist()
    chosen = {row["place"] for row in tree if row["level"] == level}
    for row in tree:
        if row["level"] > level and row[RUNGS[level]] is None:
            chosen |= {_next_above(row, level)} - {None}
    return places.infos(sorted(chosen), on=cut.day, tree=cut.tree)


def _next_above(row: Mapping[str, Any], level: int) -> Any:
    return next((row[RUNGS[n]] for n in range(level - 1, 0, -1) if row[RUNGS[n]]), None)


def rows_of(table: Table) -> list[TidyRow]:
    return [
        row
        for form in table.forms
        for place in table.places
        for row in tidy_rows(
            form, (place.code, place.name, place.level), table.held[form.id, place.id].figures
        )
    ]


def head_of(table: Table) -> dict[str, Any]:
    """What a reader of the file must know to make it again."""
    return {
        "forms": [{"code": f.code, "version": f.version, "title": f.title} for f in table.forms],
        "place": table.top.code,
        "name": table.top.name,
        "period": str(Period.from_code(table.when.cut.period)),
        "tree": table.when.cut.tree,
        "as_of": table.when.as_of.isoformat(),
        "evidence": position(table.when.cut),
    }


def position(cut: Cut) -> dict[str, Any]:
    """Where evidence stood: the number of events and the root of their tree."""
    size = cut.seq if isinstance(cut.seq, int) else 0
    return {"seq": size, "root": evidence.root_at(size).hex() if size else ""}


def rollup_book(table: Table) -> bytes:
    """A sheet a form: the sums on top, a row a place below, the form's own order and heads."""
    sums = sums_of([form.id for form in table.forms])
    moment = table.when.as_of.astimezone(LEGAL_ZONE)
    sheets, notes = [], ["汇总说明"]
    for form in table.forms:
        top = table.held[form.id, table.top.id]
        sheets.append(
            book.Summary(
                sheet=form.title,
                title=f"{form.title}汇总表",
                subtitle=f"{table.top.name}　{Period.from_code(table.when.cut.period)}"
                f"　数据截至 {moment:%Y-%m-%d %H:%M:%S}，证据序号 {table.when.cut.seq}",
                heads=[_head(form, number) for number in range(len(form.asked))],
                lines=[_line(form, place, table) for place in table.places],
            )
        )
        notes += [f"“{form.title}”（{form.code}）：".replace("\n", "")]
        notes += footnotes(form.asked, top.figures, remade_by=top.remade)
        notes += rounding_notes(form.asked, top.figures, sums.get(form.id, []), {})
        notes += _rows_that_do_not_add_up(form, table)
    return book.summary_book(sheets, notes)


def _rows_that_do_not_add_up(form: FormInfo, table: Table) -> list[str]:
    """Rows rounded to the form's unit beside a sum rounded from the exact one."""
    found = []
    for field in form.asked:
        cells = [
            cell_of(field, table.held[form.id, p.id].figures.get(field.code, Figure()))
            for p in table.places
        ]
        numbers = [c for c in cells if c is not None and not isinstance(c, str)]
        if cells and cells[0] in numbers and field.multiplier != 1:
            gap = numbers[0] - sum(numbers[1:])
            if gap:
                found.append(
                    f"“{field.label.strip()}”：各行修约后相加与合计差 {gap:f}，不作调整（GB/T 8170）。"
                )
    return found


def _head(form: FormInfo, number: int) -> book.Head:
    field = form.asked[number]
    path = [part.strip() for part in field.path if part.strip() and part != field.label]
    return book.Head((*path, field.label.strip()), field.unit)


def _line(form: FormInfo, place: PlaceInfo, table: Table) -> book.Line:
    figures = table.held[form.id, place.id].figures
    known = [one for one in figures.values() if one.expected]
    coverage = (
        f"{min(k.reported for k in known)}／{max(k.expected for k in known)}" if known else ""
    )
    if guesses := max((k.estimated for k in known), default=0):
        coverage += f"，估计 {guesses}"
    if not known and figures:
        coverage = "已报"
    is_sum = place.id == table.top.id
    return book.Line(
        place.code,
        f"{place.name}{SUMS}" if is_sum else place.name,
        coverage,
        [cell_of(f, figures[f.code]) if f.code in figures else None for f in form.asked],
        is_sum,
    )


def bundle(table: Table) -> bytes:
    """The department's workbooks, the roll-up, CSV and JSON; a manifest says what each must hash to."""
    parts: dict[str, bytes] = {}
    seen: set[str] = set()
    for form in table.forms:
        if form.file_sha256 in seen:
            continue
        seen.add(form.file_sha256)
        printer = Printer(form)
        held = printer.figures([table.top], table.when.cut)
        made = printer.draw(table.top, table.when, held)
        parts[_fresh(made.name, parts)] = made.data
    parts["汇总表.xlsx"] = rollup_book(table)
    rows = rows_of(table)
    parts["数据.csv"], parts["数据.json"] = csv_of(rows), json_of(head_of(table), rows)
    files = [
        {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in sorted(parts.items())
    ]
    parts["manifest.json"] = dumps({**head_of(table), "files": files})
    return zipped(parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The same parts give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name in sorted(parts):
            entry = zipfile.ZipInfo(name, DAWN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            pack.writestr(entry, parts[name])
    return out.getvalue()


def _fresh(name: str, taken: Mapping[str, bytes]) -> str:
    stem, _, suffix = name.rpartition(".")
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{stem}_{number}.{suffix}"
    return found
