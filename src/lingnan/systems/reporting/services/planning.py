"""Plan a round: for every village and household the cheapest list, once for each shape."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256 as sha
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Q

from lingnan.base.actors import Actor, system_actor
from lingnan.base.canonical import plain, sha256
from lingnan.base.clock import legal_day
from lingnan.base.errors import NotFound
from lingnan.base.ids import subject, uuid7, uuid_of
from lingnan.kernel.evidence import services as evidence

from ..models import Form, PlacePlan, Plan, PlanShape, Round, SumDecision
from ..queries.admission import check_plan
from ..queries.filings import asked_forms, round_info
from ..queries.forms import form_by_id, forms_by_id
from ..queries.gate import need
from ..queries.knowledge import households_below, looked_at, villages_below
from ..queries.parts import Part, parts_of
from ..queries.plans import plan_info
from ..queries.sums import sums_of
from ..rules.filing import source_of
from ..rules.planning.sheets import costs_of
from ..terms.filings import RoundInfo, RoundState
from ..terms.happenings import RoundPlanned, SumDecided
from ..terms.plans import Load, PlanInfo, PlanKind, Sheet
from ..terms.refusals import NotAdmitted, NothingToPlan
from ..terms.works import AT_ONCE, Track, Unit

BATCH = 2_000
FEW = 500  # villages planned again in one short transaction
STALE = timedelta(minutes=15)  # facts arrive in bursts: a province is not planned for each


def plan_round(found: RoundInfo, *, track: Track = AT_ONCE, by: Actor, at: datetime) -> PlanInfo:
    """Every village and known household below the round's place; an earlier plan is replaced.

    The planning runs before anything is locked. NothingToPlan when the round's forms ask nothing;
    NotAdmitted when one of them is no longer in force.
    """
    need(by, "reporting.administer", [found.place], on=legal_day(at))
    check_plan(found, legal_day(at))
    day = legal_day(at)
    villages = villages_below(found.place, day)
    told = _telling(found, track)
    parts = parts_of(found, villages, households_below(found.place, day), day, told)
    return _keep(found, parts, None, track, by=by, at=at)


def cells_of(found: RoundInfo, on: date) -> int:
    """How large the plan is: facts of each kind × the villages or households they are asked of."""
    units = len(villages_below(found.place, on)), len(households_below(found.place, on)[0])
    return sum(facts * many for facts, many in zip(_facts_of(found), units, strict=True))


def _facts_of(found: RoundInfo) -> tuple[int, int]:
    """Of places, of households."""
    facts: dict[bool, set[str]] = {False: set(), True: set()}
    for form in forms_by_id(found.forms).values():
        facts[form.subject == PlanKind.HOUSEHOLD].update(one.element_code for one in form.asked)
    return len(facts[False]), len(facts[True])


def _telling(found: RoundInfo, track: Track) -> Callable[[int], None]:
    """Facts settled so far, to whoever watches."""
    track.begin(sum(_facts_of(found)), Unit.FACTS)
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        track.tell(done)

    return told


def replan(periods: Sequence[int], places: tuple[int, int], source: str, *, at: datetime) -> int:
    """New facts arrived between two place ids: plans of open rounds they touch are made again for
    these places. How many rounds. What a round's own forms report changes no plan.

    Above `FEW` places the plan is only marked as stale: nobody waits for a province meanwhile.
    """
    low, high = places
    done = 0
    planned = Round.objects.filter(state=RoundState.OPEN, plans__isnull=False).distinct()
    for row in planned.prefetch_related(asked_forms()):
        found = round_info(row)
        if not any(_touches(found, period, source) for period in periods):
            continue
        day = legal_day(at)
        villages = villages_below(found.place, day)
        chosen = villages[(villages >= low) & (villages <= high)]
        if len(chosen) > FEW:
            Plan.objects.filter(round=row).update(is_stale=True)
        elif len(chosen):
            homes, subjects = households_below(found.place, day)
            mask = (homes >= low) & (homes <= high)
            parts = parts_of(found, chosen, (homes[mask], subjects[mask]), day)
            _keep(found, parts, chosen.tolist(), AT_ONCE, by=system_actor("planner"), at=at)
            done += 1
    return done


def plan_waiting(*, by: Actor, at: datetime) -> int:
    """Open rounds that nobody planned, and plans grown stale a while ago; how many were made.

    Without a plan the same fact of two forms is typed in both. What cannot be planned (it asks
    nothing, a form is no longer in force) waits for a person.
    """
    rows = Round.objects.filter(state=RoundState.OPEN)
    stale = Plan.objects.filter(is_stale=True, planned_at__lt=at - STALE).values("round")
    done = 0
    for row in rows.filter(Q(plans__isnull=True) | Q(pk__in=stale)).distinct().order_by("pk"):
        with suppress(NothingToPlan, NotAdmitted):
            plan_round(round_info(row), by=by, at=at)
            done += 1
    return done


@transaction.atomic
def decide_sum(form_id: int, total: str, *, accept: bool, by: Actor, at: datetime) -> None:
    """A sum the form's shape suggests holds, or does not. NotFound when it suggests none."""
    need(by, "reporting.administer", on=legal_day(at))
    hint = next((one for one in sums_of([form_id])[form_id] if one.total == total), None)
    if hint is None:
        raise NotFound
    SumDecision.objects.update_or_create(
        form_id=form_id,
        total=total,
        defaults={
            "parts": list(hint.parts),
            "why": hint.why,
            "is_accepted": accept,
            "decided_by": by.party,
            "decided_at": at,
        },
    )
    form = form_by_id(form_id)
    evidence.record(
        SumDecided(
            subject=f"reporting.sum:{uuid_of('reporting', 'sum', form.uuid, total)}",
            form=form.code,
            total=total,
            parts=list(hint.parts),
            accepted=accept,
        ),
        by=by,
        at=at,
    )


def _touches(found: RoundInfo, period: int, source: str) -> bool:
    if period not in looked_at(found.period):
        return False
    codes = Form.objects.filter(pk__in=found.forms).values_list("code", flat=True)
    return period != found.period or source not in map(source_of, codes)


def _keep(
    found: RoundInfo,
    parts: Sequence[Part],
    only: list[int] | None,
    track: Track,
    *,
    by: Actor,
    at: datetime,
) -> PlanInfo:
    """`only`: places whose plan is replaced; None replaces the whole plan."""
    content = {part.kind.value: _content(part.sheet) for part in parts}
    rows = [row for part in parts for row in _shape_rows(part)]
    digest = sha256([sha256(content), sorted(row.digest for row in rows)])
    with transaction.atomic():
        held = Round.objects.select_for_update().get(uuid=found.uuid)
        if only is None:
            Plan.objects.filter(round=held).delete()
        else:
            PlacePlan.objects.filter(round=held, place__in=only).delete()
        plan = Plan.objects.create(
            uuid=uuid7(int(at.timestamp() * 1000)),
            round=held,
            content=content,
            figures=_figures(parts),
            sha256=digest,
            planned_at=at,
        )
        for row in rows:
            row.plan = plan
        PlanShape.objects.bulk_create(rows, batch_size=BATCH)
        numbers = {(row.kind, row.digest): row.pk for row in rows}
        PlacePlan.objects.bulk_create(_places(held, parts, numbers), batch_size=BATCH)
        track.keep([found.uuid], 0, **plan.figures)
        evidence.record(
            RoundPlanned(
                subject=subject("reporting", "plan", plan.uuid),
                place=held.place,
                period=held.period,
                figures=plan.figures,
                sha256=digest,
            ),
            by=by,
            at=at,
        )
    return plan_info(plan, found.uuid)


def _content(sheet: Sheet) -> dict[str, Any]:
    return {
        "facts": list(sheet.facts),
        "ways": [
            [[way.means.value, way.cost, sorted(way.needs), way.why] for way in ways]
            for ways in sheet.ways
        ],
        "identities": [[one.total, list(one.parts), one.why] for one in sheet.identities],
    }


def _shape_rows(part: Part) -> list[PlanShape]:
    told = costs_of(part.sheet, part.shapes)
    return [
        PlanShape(
            kind=part.kind.value,
            digest=sha(row.tobytes()).hexdigest(),
            choice=zlib.compress(row.tobytes(), 1),
            asks=int(told["ask"][n]),
            confirms=int(told["look"][n]),
            seconds=int(told["s"][n]),
            bound=int(part.bound[n]),
        )
        for n, row in enumerate(part.shapes)
    ]


def _places(
    row: Round, parts: Sequence[Part], numbers: dict[tuple[str, str], int]
) -> Iterable[PlacePlan]:
    for part in parts:
        digests = [sha(one.tobytes()).hexdigest() for one in part.shapes]
        pairs, units = np.unique(
            np.stack([part.places, part.which], axis=1), axis=0, return_counts=True
        )
        for (place, which), count in zip(pairs.tolist(), units.tolist(), strict=True):
            shape = numbers[part.kind.value, digests[which]]
            yield PlacePlan(
                round=row, place=place, kind=part.kind.value, shape_id=shape, units=count
            )


def _figures(parts: Sequence[Part]) -> dict[str, int]:
    whole = Load()
    for part in parts:
        whole += part.load
    counted = {part.kind: len(part.which) for part in parts}
    found = {
        "places": counted.get(PlanKind.PLACE, 0),
        "households": counted.get(PlanKind.HOUSEHOLD, 0),
        "fields": whole.fields,
        "facts": whole.facts,
        "asked": whole.asks,
        "confirmed": whole.confirms,
        "seconds_before": whole.seconds_before,
        "seconds": whole.seconds_after,
        "bound": sum(int(part.bound[part.which].sum()) for part in parts),
        "shapes": sum(len(part.shapes) for part in parts),
        "worked_out": sum(part.worked_out for part in parts),
    }
    numbers: dict[str, int] = plain(found)
    return numbers
