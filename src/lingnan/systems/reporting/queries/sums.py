"""Sums that forms' shapes suggest, and which of them the bureau accepted."""

from collections.abc import Iterable

from ..models import Form, SumDecision
from ..rules.filing import draft_of
from ..terms.plans import SumInfo


def sums_of(forms: Iterable[int]) -> dict[int, list[SumInfo]]:
    """By form, in the order of the form. Two queries however many."""
    wanted = list(forms)
    decided = {(row.form_id, row.total): row for row in SumDecision.objects.filter(form__in=wanted)}
    found: dict[int, list[SumInfo]] = {}
    for pk, profile in Form.objects.filter(pk__in=wanted).values_list("pk", "profile"):
        hints = draft_of(profile).sums if profile.get("sums") else ()
        found[pk] = [_info(hint.total, hint.parts, hint.why, decided.get((pk, hint.total)))
                     for hint in hints]  # fmt: skip
    return found


def accepted_sums(forms: Iterable[int]) -> dict[int, list[SumInfo]]:
    """One query: the decision keeps what was decided on."""
    found: dict[int, list[SumInfo]] = {}
    rows = SumDecision.objects.filter(form__in=list(forms), is_accepted=True).order_by("pk")
    for row in rows:
        found.setdefault(row.form_id, []).append(_info(row.total, row.parts, row.why, row))
    return found


def _info(total: str, parts: Iterable[str], why: str, row: SumDecision | None) -> SumInfo:
    kept = tuple(row.parts) if row else tuple(parts)
    return SumInfo(total, kept, why, row.is_accepted if row else None)
