"""From old codes to the places of today, with the document of every step."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from ..models import Outline, PlaceChange, PlaceCode, PlaceLineage
from ..rules import codes
from ..terms import BEGINNING, ChangeInfo, OutlineInfo, PlaceInfo, Step
from .infos import NoSuchPlace, among, infos


def lineage(code: str, scheme: str = "nbs") -> list[Step]:
    """What became of the place that had this code, oldest first, followed through every later
    change.

    Empty when nothing has happened since. Raises NoSuchPlace for a code that nobody ever had.
    """
    try:
        wanted = codes.stored(code, scheme)
    except ValueError:
        raise NoSuchPlace(what=code, on="") from None
    held = PlaceCode.objects.filter(scheme=scheme, code=wanted).values_list(
        "place_id", "valid_from"
    )
    since = dict(held.order_by("-valid_from"))
    if not since:
        raise NoSuchPlace(what=code, on="")
    return follow(since, scheme)


def follow(since: dict[int, date], scheme: str = "nbs") -> list[Step]:
    """Steps after those days of these places and what they became. One query a generation."""
    steps: dict[tuple[int, int, int], Step] = {}
    known: set[int] = set()
    while since:
        known |= set(since)
        fresh = [*_moves(since), *_recodings(since, scheme)]
        for change, step in fresh:
            steps.setdefault((change, step.old, step.new), step)
        since = {step.new: step.effective for _, step in fresh if step.new not in known}
    return sorted(steps.values(), key=lambda step: (step.effective, step.old, step.new))


def _moves(since: dict[int, date]) -> Iterable[tuple[int, Step]]:
    rows = PlaceLineage.objects.filter(old_id__in=list(since)).select_related("change")
    for row in rows:
        if row.change.effective > since[row.old_id]:
            yield (
                row.change_id,
                _step(
                    row.change,
                    (row.old_id, row.old_code, row.old_name),
                    (row.new_id, row.new_code, row.new_name),
                ),
            )


def _recodings(since: dict[int, date], scheme: str) -> Iterable[tuple[int, Step]]:
    """Codes that changed because the county above was renumbered: they have no lineage row of their
    own.
    """
    rows = PlaceCode.objects.filter(place_id__in=list(since), scheme=scheme).select_related(
        "change"
    )
    before: dict[int, str] = {}
    for row in rows.order_by("place_id", "valid_from"):
        old = before.get(row.place_id)
        if old and row.change is not None and row.valid_from > since[row.place_id]:
            yield (
                row.change.pk,
                _step(row.change, (row.place_id, old, ""), (row.place_id, row.code, "")),
            )
        before[row.place_id] = row.code


def _step(change: PlaceChange, old: tuple[int, str, str], new: tuple[int, str, str]) -> Step:
    return Step(
        change.kind,
        change.effective,
        *old,
        *new,
        document=change.document,
        verified=change.verified,
    )


def successors(place_id: int, *, on: date) -> list[PlaceInfo]:
    """The places alive that day which this one is or has become."""
    steps = [step for step in follow({place_id: BEGINNING}) if step.effective <= on]
    reached = {place_id} | {step.new for step in steps}
    return infos(sorted(reached), on=on)


def changes(*, since: date | None = None, until: date | None = None) -> list[ChangeInfo]:
    """Every change with its steps, oldest first."""
    rows = PlaceChange.objects.order_by("effective", "pk")
    if since:
        rows = rows.filter(effective__gte=since)
    if until:
        rows = rows.filter(effective__lte=until)
    found = list(rows)
    steps: dict[int, list[Step]] = {}
    moves = PlaceLineage.objects.filter(change__in=found).select_related("change").order_by("pk")
    for row in moves:
        step = _step(
            row.change,
            (row.old_id, row.old_code, row.old_name),
            (row.new_id, row.new_code, row.new_name),
        )
        steps.setdefault(row.change_id, []).append(step)
    return [
        ChangeInfo(
            c.pk, c.kind, c.effective, c.document, c.source, c.verified, tuple(steps.get(c.pk, ()))
        )
        for c in found
    ]


def outlines(ids: Collection[int], *, on: date) -> dict[int, OutlineInfo]:
    """As `outline`, of many; places nobody has drawn are left out. One query."""
    found: dict[int, OutlineInfo] = {}
    rows = Outline.objects.filter(among(ids, "place_id")).order_by("place_id", "valid_from")
    for row in rows:
        if row.place_id not in found or row.valid_from <= on:
            found[row.place_id] = OutlineInfo(
                row.place_id, row.geojson, row.crs, row.source, row.approximate, row.valid_from
            )
    return found


def first_outline(ids: Sequence[int], *, on: date) -> OutlineInfo | None:
    """Of the first of these places that anybody has drawn. Two queries, one where nobody has."""
    rows = Outline.objects.filter(place_id__in=list(ids)).values_list("place_id", flat=True)
    drawn = set(rows)
    first = next((one for one in ids if one in drawn), None)
    return None if first is None else outlines([first], on=on)[first]


def outline(place_id: int, *, on: date) -> OutlineInfo | None:
    """The newest drawn by that day, else the oldest there is (see `drawn`); None where nobody has
    drawn one.
    """
    drawn = Outline.objects.filter(place_id=place_id)
    row = (
        drawn.filter(valid_from__lte=on).order_by("-valid_from").first()
        or drawn.order_by("valid_from").first()
    )
    if row is None:
        return None
    return OutlineInfo(place_id, row.geojson, row.crs, row.source, row.approximate, row.valid_from)
