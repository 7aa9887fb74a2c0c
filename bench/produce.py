"""The workbooks of every county of the province, in one job: a real form, a value for every village.

The peer fills the same cells of the same file with openpyxl, opened anew for each county.
"""

from bench import gates, world  # noqa: I001 - sets up Django

import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa

from bench.data import decimals
from lingnan.base import ids
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations.services.drafts import draft
from lingnan.kernel.observations.services.imports import import_upload
from lingnan.kernel.observations.services.winning import Claim, source_of
from lingnan.kernel.observations.services.writing import Upload
from lingnan.kernel.places import queries as places
from lingnan.systems.reporting import content, queries, services
from lingnan.systems.reporting.rules import workbook as book
from lingnan.systems.reporting.terms.filings import FormInfo

YEAR = world.YEAR * 1000
FORMS = ("survey_1_village_2012.xls", "village_party_organisation.xls")
LIMIT, SHARE = 120.0, 12


def main() -> int:
    report = gates.Report()
    _, villages, tree = world.found(1)
    folder = Path(content.__file__).parent / "forms"
    forms = [
        form
        for name in FORMS
        for form in services.register_form(
            (folder / name).read_bytes(), name, by=world.US, at=world.AT
        )
    ]
    rows = _know(forms, villages)
    evidence.drain(at=world.AT)
    report.note("values held", f"{rows:,} of {len(villages):,} villages")
    province = int(tree["place"][0].as_py())
    with tempfile.TemporaryDirectory() as out:
        _produce(report, forms, province, Path(out))
        _compare(report, forms, Path(out))
    report.note("peak memory", f"{gates.peak_memory():.2f} GB")
    return 0 if report.held else 1


def _know(forms: list[FormInfo], villages: np.ndarray) -> int:
    """Every question that takes a number or an option, of every village; in the store's own files."""
    noise = np.random.default_rng(5)
    fields = {f.element: f for form in forms for f in form.asked if f.type != "text"}
    elements = np.array(sorted(e for e in fields if e), np.int32)
    size = len(villages) * len(elements)
    texts = [fields[int(e)].options[0].code if fields[int(e)].options else None for e in elements]
    is_text = np.array([text is not None for text in texts])
    numbers = decimals(noise.integers(0, 5000, size) * 1_000_000, 24)
    whole = np.tile(is_text, len(villages))
    empty = pa.nulls(size, numbers.type)
    table = pa.table(
        {
            "place": pa.array(np.repeat(villages, len(elements))),
            "element": pa.array(np.tile(elements, len(villages))),
            "period": pa.array(np.full(size, YEAR, np.int32)),
            "value": pa.compute.if_else(pa.array(whole), empty, numbers),
            "text": pa.array(texts * len(villages), pa.string()),
        }
    )
    new = draft(table)
    claim = Claim(ids.stable_int("produce"), source_of(f"form:{forms[0].code}"), world.AT)
    import_upload(
        Upload(
            key="produce",
            draft=new,
            payload=new.payload("bench"),
            claim=claim,
            by=world.US,
            event=None,
        )
    )
    return size


def _produce(report: gates.Report, forms: list[FormInfo], province: int, out: Path) -> None:
    job = services.order_production(
        [form.id for form in forms], province, YEAR, folder=out, by=world.US, at=world.AT
    )
    taken: list[float] = []
    began = time.process_time()
    with gates.stopwatch(taken):
        done = services.work_production(job.uuid, by=world.US, at=world.AT)
    spent = time.process_time() - began
    files = sorted(out.glob("*.xlsx"))
    name = f"{done.done} county workbooks of {len(forms)} forms, whole on disk"
    report.note(name, f"{taken[0]:.1f} s by the clock, {spent:.1f} s of processors")
    report.gate("the workbooks of all counties", f"{taken[0]:.1f} s", f"< {LIMIT:.0f} s",
                taken[0] < LIMIT and done.done == len(files) >= 122 * len(forms))  # fmt: skip
    size = sum(path.stat().st_size for path in files)
    floor = _floor([path.read_bytes() for path in files], out)
    report.note("floor: the same bytes written", f"{size:,} bytes, {floor:.2f} s")
    report.note("to the floor", f"{taken[0] / floor:.0f} ×")
    evidence.drain(at=world.AT)


def _floor(contents: list[bytes], out: Path) -> float:
    """Written under another name, brought to the disk and renamed, as every whole file is."""
    from lingnan.systems.reporting.services.productions import write_whole

    start = time.perf_counter()
    for number, data in enumerate(contents):
        write_whole(out / "floor", f"{number}.xlsx", data)
    return time.perf_counter() - start


def _compare(report: gates.Report, forms: list[FormInfo], out: Path) -> None:
    """The figures without the time to find them; `SHARE` counties of the peer, scaled up. Every cell
    that the peer wrote must read the same in ours."""
    form = forms[0]
    raw = (Path(content.__file__).parent / "forms" / FORMS[0]).read_bytes()
    counties = places.infos(_counties(), on=world.ON)[:SHARE]
    theirs, same = [], True
    for place in counties:
        sums = queries.rollup_table(form, place, YEAR, as_of=None, to=world.US)[place.id]
        ours = openpyxl.load_workbook(
            next(p for p in out.glob(f"{place.code}_*.xlsx") if form.title[:8] in p.name)
        )
        with gates.stopwatch(theirs):
            plain = book.opened(raw)
            sheet = plain[form.sheet]
            numbers = {
                f.code: sums[f.code].value / f.multiplier
                for f in form.asked
                if f.code in sums and sums[f.code].value is not None and f.type == "integer"
            }
            for field in form.asked:
                if field.code in numbers:
                    sheet.cell(field.row, field.col).value = numbers[field.code]
            plain.save(io.BytesIO())
        same &= all(
            ours[form.sheet].cell(f.row, f.col).value == numbers[f.code]
            for f in form.asked
            if f.code in numbers
        )
    template_time = _drawn(form, raw)
    peer = sum(theirs) / len(theirs)
    report.gate("same figures as the roll-up", f"{len(counties)} counties", "same", same)
    report.note("openpyxl, opened and filled anew", f"{peer * 1000:.0f} ms a workbook")
    report.note("ours", f"{template_time * 1000:.1f} ms a workbook")
    report.note("to the peer", f"{peer / template_time:.0f} × as fast")


def _counties() -> list[int]:
    return sorted(
        row["place"] for row in places.hierarchy(on=world.ON).to_pylist() if row["level"] == 3
    )


def _drawn(form: FormInfo, raw: bytes) -> float:
    """Seconds to fill and pack one workbook once the form is prepared."""
    cells = [(f.sheet, f.row, f.col) for f in form.asked]
    template = book.Template(raw, cells)
    return gates.timed(lambda: template.filled(dict.fromkeys(cells, 7), ["注"]), times=25)


if __name__ == "__main__":
    sys.exit(main())
