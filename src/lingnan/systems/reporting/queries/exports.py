"""Forms as other people's tools want them: XLSForm, XForm, Table Schema, data package, places."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden, NotFound
from lingnan.base.periods import Period
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.places import queries as places

from ..models import Filing, Household
from ..rules.filing import answers_of, is_rate
from ..rules.masking import masked_answers, personal_fields
from ..rules.tabular import Filled, data_package, table_schema
from ..rules.xlsform import book_of, xform_of, xlsform_of
from ..terms.filings import Answer, FormInfo, State, Verdict
from ..terms.masking import Seen
from ..terms.refusals import NothingApproved
from ..terms.suppression import HIDDEN_SHOWN
from ..terms.xlsform import TOWNS, VILLAGES, XlsForm, XlsFormFacts
from .filings import narrowed
from .forms import draft, form, form_asked
from .gate import departments_of, need, sees_exact
from .guarding import kept_back, told_by_word
from .masking import masking_on, need_persons, numbers_of
from .proposals import proposals


def xlsform(code: str, *, to: Actor, on: date) -> XlsForm:
    """What is derived is not asked there either; element codes and English titles go along."""
    found = form(code, to=to, on=on)
    return xlsform_of(draft(found.id), _facts(found, to=to, on=on))


def xlsform_book(code: str, *, to: Actor, on: date) -> bytes:
    return book_of(xlsform(code, to=to, on=on))


def xform(code: str, *, to: Actor, on: date) -> str:
    """The XML that ODK Collect runs."""
    return xform_of(xlsform_book(code, to=to, on=on))


def schema(code: str, *, to: Actor, on: date) -> dict[str, Any]:
    found = form(code, to=to, on=on)
    return table_schema(draft(found.id), _elements(found))


def package(
    code: str,
    period: int,
    *,
    to: Actor,
    on: date,
    in_full: bool = False,
    seen: Seen | None = None,
) -> bytes:
    """Approved reports of places within reach, as typed; NothingApproved without any. Small figures
    as `guarded` tells them: the department that asks gets what it lawfully asked for.

    Household reports are about persons: only for who may see personal data; masked unless `in_full`.
    """
    found = form_asked(code, None, period, to=to, on=on)
    if found.subject == "household" and "personal" not in to.labels:
        raise Forbidden("户表涉及个人信息，您现在的岗位不能整批取用。")
    if in_full:
        need_persons(to, [], [found], on=on)
    rows = list(_approved(found, period, to=to, on=on, in_full=in_full, seen=seen or Seen()))
    if not rows:
        raise NothingApproved
    return data_package(draft(found.id), rows, _elements(found))


def places_csv(name: str, *, to: Actor, on: date) -> str:
    """`towns.csv` or `villages.csv`, of places within reach: what select_one_from_file asks for."""
    need(to, "reporting.read", on=on)
    level = {TOWNS: 4, VILLAGES: 5}.get(name)
    if level is None:
        raise NotFound
    ranges = to.ranges_on(on)
    tree = places.hierarchy(on=on).to_pylist()
    chosen = [
        row
        for row in tree
        if row["level"] == level and any(low <= row["place"] <= high for low, high in ranges)
    ]
    wanted = {row["place"] for row in chosen} | {row["town"] for row in chosen if row["town"]}
    known = {one.id: one for one in places.infos(sorted(wanted), on=on)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "label", "town"] if level == 5 else ["name", "label"])
    for row in chosen:
        place, town = known[row["place"]], known.get(row["town"])
        above = [town.code if town else ""] if level == 5 else []
        writer.writerow([place.code, place.name, *above])
    return out.getvalue()


def _facts(found: FormInfo, *, to: Actor, on: date) -> XlsFormFacts:
    decided = proposals(to=to, on=on, form=found.id, state=Verdict.ACCEPTED)
    rates = {one.field.code: one.formula for one in decided if is_rate(one.formula)}
    derived = {
        one.field.code: "由下级户表汇总得出，不需填报"
        for one in decided
        if one.field.code not in rates
    }
    return XlsFormFacts(
        code=found.code,
        version=str(found.version),
        elements=_elements(found),
        english=_english(found),
        computed=rates,
        derived=derived,
        below_zero={one.code: one.below_zero for one in found.fields},
        asks_place=True,
    )


def _elements(found: FormInfo) -> dict[str, str]:
    return {one.code: one.element_code for one in found.fields if one.element_code}


def _english(found: FormInfo) -> dict[str, str]:
    codes = _elements(found)
    held = observations.element_map(codes.values())
    named = {code: held[element].titles.get("en", "") for code, element in codes.items()}
    return {code: title for code, title in named.items() if title}


def _approved(
    found: FormInfo, period: int, *, to: Actor, on: date, in_full: bool, seen: Seen
) -> Iterator[Filled]:
    """In the order of places and households. Four queries however many."""
    rows = narrowed(Filing.objects.filter(form=found.id, period=period), to, on)
    held = list(rows.filter(state=State.APPROVED).order_by("place", "subject"))
    known = {one.id: one for one in places.infos(sorted({row.place for row in held}), on=on)}
    subjects = [row.subject for row in held if row.subject]
    numbers = dict(Household.objects.filter(pk__in=subjects).values_list("pk", "number"))
    outside = {row.place for row in held if not row.subject and not sees_exact(to, row.place, on)}
    if outside and found.department and found.department in departments_of(to, on):
        outside = set()
    back = kept_back(found, period, outside, as_of=None) if outside else frozenset()
    kinds = personal_fields(found, masking_on(on))
    said = {row.pk: answers_of(row.answers) for row in held}
    cells: dict[tuple[int, int, int], Decimal | None] = {}
    for row in held:
        if not row.subject:
            cells |= numbers_of(found, period, row.place, said[row.pk])
    seen.exact += told_by_word(cells, to=to, on=on)
    for row in held:
        place = known.get(row.place)
        about = {
            "place": place.code if place else "",
            "place_name": place.name if place else "",
            "household": numbers.get(row.subject, ""),
            "period": str(Period.from_code(period)),
        }
        answers = said[row.pk] if in_full else masked_answers(said[row.pk], kinds)
        seen.persons += in_full and any(
            one.text for code, one in said[row.pk].items() if code in kinds
        )
        hidden = {code for where, code in back if where == row.place and not row.subject}
        yield about, {c: Answer(HIDDEN_SHOWN) if c in hidden else a for c, a in answers.items()}
