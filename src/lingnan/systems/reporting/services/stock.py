"""The first catalogue: forms in use before admission began, let in as they are by two persons.

Only once: forms registered after the first such decision are offered like any other.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min

from lingnan.base.actors import Actor
from lingnan.base.clock import legal_day
from lingnan.base.errors import Invalid
from lingnan.base.ids import subject, uuid7
from lingnan.kernel.evidence import services as evidence

from ..models import Admission, AdmissionVote, Form
from ..queries.admission import limits
from ..queries.forms import forms_by_id
from ..queries.gate import need
from ..rules import admission as rules
from ..terms.admission import Admitting, Basis, Limits
from ..terms.filings import FormState
from ..terms.happenings import StockAdmitted
from ..terms.refusals import NotImpartial, SamePerson
from .admission import admit, approver_of, case_of, keep

PURPOSE = "准入制度施行前已在用的报表，列入首次目录"


@dataclass(frozen=True)
class Stock:
    """What one call did: newly listed, now admitted, and those this person may not decide on."""

    offered: int
    admitted: int
    skipped: tuple[str, ...] = ()


def admit_existing(*, place: int, by: Actor, at: datetime) -> Stock:
    """Every current form that nobody ever offered, to be asked below `place`: listed and approved by
    the first person who calls it, admitted when a second one does. Invalid: there is none.
    """
    on = legal_day(at)
    need(by, "reporting.admit", [place], on=on)
    terms, who = limits(on), approver_of(by, on)
    with transaction.atomic():
        fresh = _listed(place, terms, at)
        rows = Admission.objects.select_for_update(of=("self",)).select_related("form")
        waiting = rows.filter(basis=Basis.STOCK, state=Admitting.OFFERED, place=place)
        done, skipped, admitted, also = [], [], 0, []
        forms = forms_by_id(waiting.values_list("form", flat=True))
        for row in waiting.order_by("pk"):
            try:
                case = rules.approve(case_of(row), who)
            except (SamePerson, NotImpartial):
                skipped.append(row.form.code)
                continue
            keep(row, case)
            if case.state is Admitting.ADMITTED:
                admitted += 1
                also += admit(row, forms[row.form_id], at)
            done.append(row)
        if not done:
            raise Invalid(
                "没有等您批准的在用报表：已经列入的须由另一人批准，以后登记的须逐张申请。"
            )
        _write(done, by, at)
        also += [subject("reporting", "admission", row.uuid) for row in done]
        evidence.record(
            StockAdmitted(
                subject=subject("reporting", "catalogue", done[0].uuid),
                place=place,
                forms=sorted(row.form.code for row in done),
                offered=fresh,
                admitted=admitted,
            ),
            by=by,
            at=at,
            also=dict.fromkeys(also),
        )
    return Stock(fresh, admitted, tuple(skipped))


def _listed(place: int, terms: Limits, at: datetime) -> int:
    """How many were never offered before and are now waiting."""
    begun = Admission.objects.filter(basis=Basis.STOCK).aggregate(first=Min("offered_at"))["first"]
    rows = Form.objects.filter(state=FormState.CURRENT, admissions__isnull=True)
    if begun is not None:
        rows = rows.filter(registered_at__lte=begun)
    usual = rules.proposed(terms, legal_day(at))
    made = [
        Admission(
            uuid=uuid7(int(at.timestamp() * 1000)),
            form_id=form,
            department_id=department,
            place=place,
            basis=Basis.STOCK,
            purpose=PURPOSE,
            begins_on=usual.begins_on,
            expires_on=usual.expires_on,
            notice_days=usual.notice_days,
            offered_by=0,
            offered_at=at,
        )
        for form, department in rows.order_by("pk").values_list("pk", "department")
    ]
    Admission.objects.bulk_create(made, batch_size=500)
    return len(made)


def _write(rows: list[Admission], by: Actor, at: datetime) -> None:
    Admission.objects.bulk_update(
        [row for row in rows if row.state == Admitting.OFFERED], ["version"], batch_size=500
    )
    AdmissionVote.objects.bulk_create(
        [
            AdmissionVote(
                admission=row,
                version=row.version,
                party=by.party,
                duty=by.duty,
                approves=True,
                at=at,
            )
            for row in rows
        ],
        batch_size=500,
    )
