"""Review level by level: who has the turn, who is next, and what passes by a declared rule."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid, Problem
from lingnan.base.ids import subject
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.places import queries as places

from ..models import Filing, Form
from ..queries.forms import form_by_id
from ..queries.gate import need
from ..rules.reviewing import next_level
from ..terms.filings import FormInfo
from ..terms.happenings import ReportsPassedByRule, ReportsPassedOn, ReviewOrdered
from ..terms.refusals import NoSuchForm, NotYourTurn

LEVEL_WORDS = {1: "省", 2: "市", 3: "县", 4: "镇", 5: "村"}


@transaction.atomic
def order_review(
    form_id: int,
    *,
    levels: Sequence[int],
    by: Actor,
    at: datetime,
) -> FormInfo:
    """Which levels approve a form, lowest first (`[4, 3]`). Filings on their way go on from where
    they are."""
    need(by, "reporting.register", on=legal_day(at))
    row = Form.objects.select_for_update().filter(pk=form_id).first()
    if row is None:
        raise NoSuchForm(form=str(form_id))
    row.levels = _in_order(levels)
    row.save(update_fields=["levels"])
    evidence.record(
        ReviewOrdered(
            subject=subject("reporting", "form", row.uuid),
            form=row.code,
            levels=row.levels,
        ),
        by=by,
        at=at,
    )
    return form_by_id(form_id)


def pass_on(
    rows: Sequence[Filing], forms: Mapping[int, FormInfo], *, by: Actor, at: datetime
) -> list[Filing]:
    """Those that are approved for good; the others get their level, and one event for each batch.

    NotYourTurn when another level is due. No query for forms that any one reviewer approves.
    """
    chains = dict(Form.objects.filter(pk__in=forms).values_list("pk", "levels"))
    if not any(chains.values()):
        return list(rows)
    day = legal_day(at)
    mine = _own_levels(by, day)
    final: list[Filing] = []
    moved: dict[tuple[int, int], list[Filing]] = {}
    for row in rows:
        above = [one.level for one in places.ancestors(row.place, on=day)]
        due = next_level(chains[row.form_id], row.passed_level, above)
        if due and mine and due not in mine:
            raise NotYourTurn(level=LEVEL_WORDS[due])
        if not due or not next_level(chains[row.form_id], due, above):
            row.passed_level = due or row.passed_level
            final.append(row)
        else:
            moved.setdefault((due, row.period), []).append(row)
    for (level, period), batch in moved.items():
        _move(level, period, batch, by=by, at=at)
    return final


def tell_rule(
    rows: Sequence[Filing],
    forms: Mapping[int, FormInfo],
    rule: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    form = forms[rows[0].form_id]
    evidence.record(
        ReportsPassedByRule(
            subject=subject("reporting", "form", form.uuid),
            form=form.code,
            period=rows[0].period,
            rule=rule,
            filings=[str(row.uuid) for row in rows],
        ),
        by=by,
        at=at,
    )


def _move(level: int, period: int, rows: Sequence[Filing], *, by: Actor, at: datetime) -> None:
    for row in rows:
        row.passed_level, row.version, row.changed_at = level, row.version + 1, at
    names = ["passed_level", "version", "changed_at"]
    Filing.objects.bulk_update(rows, names, batch_size=200)
    only = rows[0] if len(rows) == 1 else None
    form = form_by_id(rows[0].form_id)
    evidence.record(
        ReportsPassedOn(
            subject=subject("reporting", "filing", only.uuid)
            if only
            else subject("reporting", "form", form.uuid),
            place=only.place if only else None,
            period=period,
            level=level,
            filings=[str(row.uuid) for row in rows],
        ),
        by=by,
        at=at,
        also=[subject("reporting", "filing", row.uuid) for row in rows],
    )


def _own_levels(by: Actor, on: date) -> set[int]:
    """Empty for the platform itself, which acts for whoever is due."""
    return {places.place(one.place, on=on).level for one in by.scopes if one.place}


def _in_order(levels: Sequence[int]) -> list[int]:
    if set(levels) - {1, 2, 3, 4}:
        problem = Problem("levels", "审核层级只能是 1（省）、2（市）、3（县）、4（镇）。")
        raise Invalid(problems=[problem])
    return sorted(set(levels), reverse=True)
