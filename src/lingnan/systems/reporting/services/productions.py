"""Workbooks of a whole level in one job: ordered, worked off file by file, cancelled, taken up again."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.canonical import dumps
from lingnan.base.clock import legal_day
from lingnan.base.errors import Refused, Sentence
from lingnan.base.ids import subject as subject_of
from lingnan.base.ids import uuid7
from lingnan.base.periods import Period
from lingnan.kernel.evidence import queries as evidence_queries
from lingnan.kernel.evidence import services as evidence
from lingnan.web import files

from ..models import Production, ProductionFile
from ..queries.admission import check_given
from ..queries.drawing import Printer
from ..queries.forms import forms_by_id
from ..queries.gate import need
from ..queries.outputs import CODE_TREE, Cut
from ..queries.productions import Order, moment_of, order_of, production
from ..queries.tables import position
from ..rules.naming import file_name
from ..terms.filings import Produced
from ..terms.outputs import (
    MEDIA,
    Kind,
    NoFormsChosen,
    ProductionEnded,
    ProductionInfo,
    ProductionOrdered,
    ProductionOver,
)
from ..terms.refusals import NothingHeld
from ..terms.works import OPEN, STEP_WORDS, Step
from .telling import tell_seen
from .turning import begin, end

COUNTY = 3
MANIFEST = "manifest.json"
PART = ".lingnan-"


def order_production(  # noqa: PLR0913 - what, where, when, for whom
    forms: Sequence[int],
    place: int,
    period: int,
    *,
    level: int = COUNTY,
    tree: str = CODE_TREE,
    as_of: datetime | None = None,
    folder: Path | None = None,
    by: Actor,
    at: datetime,
) -> ProductionInfo:
    """Nothing is drawn yet. An unfinished order of the same into the same folder is taken up again."""
    moment = as_of or at
    day = legal_day(moment)
    need(by, "reporting.produce", [place], on=legal_day(at))
    if not forms:
        raise NoFormsChosen
    check_given(forms_by_id(forms).values(), period)
    where = str(folder.resolve()) if folder else ""
    same = {"place": place, "level": level, "tree": tree, "period": period, "folder": where}
    if where and (held := _unfinished(same, list(forms), as_of)):
        return production(str(held.uuid), to=by, on=legal_day(at))
    seq = evidence_queries.seq_at(moment)
    if not seq:
        raise NothingHeld
    found = order_of(forms, place, level, Cut(period, seq, by, day, tree))
    row = Production(
        uuid=uuid7(int(at.timestamp() * 1000)),
        forms=[form.id for form in found.forms],
        seq=seq,
        as_of=moment,
        total=found.total,
        party=by.party,
        role=by.role,
        permissions=sorted(by.permissions),
        labels=sorted(by.labels),
        ordered_at=at,
        **same,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        evidence.record(_ordered(row, found), by=by, at=at)
    return production(str(row.uuid), to=by, on=legal_day(at))


def cancel_production(uuid: str, *, by: Actor, at: datetime) -> ProductionInfo:
    """What is made stays; nothing more is made. ProductionOver when it is over."""
    production(uuid, to=by, on=legal_day(at))  # may it be seen
    row = Production.objects.get(uuid=uuid)
    if not end(row, Step.CANCELLED, lambda: _ended(row), by=by, at=at):
        row.refresh_from_db()
        raise ProductionOver(state=Sentence(STEP_WORDS[Step(row.state)]))
    return production(uuid, to=by, on=legal_day(at))


def work_production(
    uuid: str, *, by: Actor, at: datetime, limit: int | None = None
) -> ProductionInfo:
    """Make what is still missing, at most `limit` files. Each file is whole or absent; killed at any
    point, the next call goes on where this one stopped and gives the same bytes."""
    row = Production.objects.get(uuid=uuid)
    if begin(row):
        try:
            left = _work(row, limit, by, at)
        except Refused as no:
            end(row, Step.FAILED, lambda: _ended(row), by=by, at=at, why=str(no))
        else:
            if not left:
                _finish(row, by, at)
    return production(uuid, to=by, on=legal_day(at))


def work_all(*, by: Actor, at: datetime, limit: int) -> int:
    """The oldest job that waits or was broken off, some files of it: the worker has other things to do."""
    rows = Production.objects.filter(state__in=OPEN, folder="")
    uuid = rows.order_by("pk").values_list("uuid", flat=True).first()
    if uuid is None:
        return 0
    return work_production(str(uuid), by=by, at=at, limit=limit).done


def _ordered(row: Production, found: Order) -> ProductionOrdered:
    return ProductionOrdered(
        subject=subject_of("reporting", "production", row.uuid),
        place=row.place,
        label="internal",
        forms=[form.code for form in found.forms],
        level=row.level,
        period=row.period,
        seq=row.seq,
        files=found.total,
    )


def _unfinished(
    same: dict[str, object], forms: list[int], as_of: datetime | None
) -> Production | None:
    rows = Production.objects.filter(state__in=OPEN, **same)
    if as_of is not None:
        rows = rows.filter(as_of=as_of)
    wanted = {form.file_sha256 for form in forms_by_id(forms).values()}
    for row in rows.order_by("-pk"):
        if {form.file_sha256 for form in forms_by_id(row.forms).values()} == wanted:
            return row
    return None


def _work(row: Production, limit: int | None, by: Actor, at: datetime) -> int:
    """How many files are still to be made."""
    when = moment_of(row)
    order = order_of(row.forms, row.place, row.level, when.cut)
    if row.folder:
        _clean(Path(row.folder))
    made = _made(row)
    budget = limit if limit is not None else order.total
    for form in order.forms:
        missing = [place for place in order.places if (form.id, place.id) not in made]
        chosen = missing[:budget]
        if not chosen:
            continue
        printer = Printer(form)
        held = printer.figures(chosen, when.cut, under=row.place)
        for place in chosen:
            if not Production.objects.filter(pk=row.pk, state=Step.RUNNING).exists():
                return order.total  # cancelled meanwhile
            _give(row, form.id, place.id, printer.draw(place, when, held), place.code, by, at)
        _tell_exact(row, when.cut, at)
        budget -= len(chosen)
    return order.total - _count(row)


def _tell_exact(row: Production, cut: Cut, at: datetime) -> None:
    """What the word of the orderer's duty let into the files of one form."""
    tell_seen("production", row.place, cut.seen, by=cut.to, at=at)
    cut.seen.exact = 0


def _made(row: Production) -> set[tuple[int, int]]:
    """A file that somebody took out of the folder since is made again."""
    found = set()
    for one in row.files.all():
        path = Path(row.folder) / one.name if row.folder else None
        if path is None or (path.is_file() and path.stat().st_size == one.size):
            found.add((one.form, one.place))
        else:
            one.delete()
    return found


def _count(row: Production) -> int:
    return ProductionFile.objects.filter(production=row).count()


def _give(
    row: Production, form: int, place: int, made: Produced, code: str, by: Actor, at: datetime
) -> None:
    """Bytes first, then the row: a row always speaks of a whole file. The code keeps names apart."""
    stem, _, suffix = made.name.rpartition(".")
    name = file_name(code, stem, suffix)
    if row.folder:
        write_whole(Path(row.folder), name, made.data)
    with transaction.atomic():
        if not row.folder:
            files.keep_file(
                made.data, name, MEDIA[Kind.WORKBOOK], place=place, label=made.label, by=by, at=at
            )
        ProductionFile.objects.update_or_create(
            production=row,
            form=form,
            place=place,
            defaults={"name": name, "sha256": made.sha256, "size": len(made.data)},
        )


def write_whole(folder: Path, name: str, data: bytes) -> None:
    """Under another name, to the disk, then renamed: never half a file under its own name."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{PART}{hashlib.sha256(name.encode()).hexdigest()[:16]}-{os.getpid()}"
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(folder / name)


def _clean(folder: Path) -> None:
    """Halves that a kill left behind."""
    for part in folder.glob(f"{PART}*"):
        with suppress(FileNotFoundError):
            part.unlink()


def _finish(row: Production, by: Actor, at: datetime) -> None:
    """The manifest lists every file with its hash; evidence keeps the manifest's."""
    listed = row.files.order_by("name").values("name", "sha256", "size")
    manifest = dumps(
        {
            "period": str(Period.from_code(row.period)),
            "tree": row.tree,
            "as_of": row.as_of.isoformat(),
            "evidence": position(moment_of(row).cut),
            "files": [
                {"path": f["name"], "sha256": f["sha256"], "bytes": f["size"]} for f in listed
            ],
        }
    )
    digest = hashlib.sha256(manifest).hexdigest()
    if row.folder:
        write_whole(Path(row.folder), MANIFEST, manifest)
    end(row, Step.DONE, lambda: _ended(row), by=by, at=at, manifest=digest)


def _ended(row: Production) -> ProductionEnded:
    return ProductionEnded(
        subject=subject_of("reporting", "production", row.uuid),
        place=row.place,
        label="internal",
        state=str(Step(row.state)),
        files=row.files.count(),
        manifest=row.manifest,
    )
