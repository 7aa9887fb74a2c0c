"""Pages of reporting, from the catalogue of forms to the workbook given back."""

from . import (
    admission,
    answering,
    block,
    cataloguing,
    counting,
    dictionary,
    doubts,
    dues,
    entries,
    exploring,
    exports,
    filling,
    forms,
    history,
    ledger_acts,
    ledgers,
    objections,
    overlapping,
    plans,
    productions,
    products,
    reminding,
    reports,
    returns,
    reviewing,
    rounds,
    sheet,
    works,
)
from .away import offer
from .searching import SEARCHES
from .tasks import KINDS
from .waiting import desk, watched

WATCHES = productions.WATCHES | works.WATCHES

urlpatterns = [
    *admission.urlpatterns,
    *cataloguing.urlpatterns,
    *objections.urlpatterns,
    *plans.urlpatterns,
    *rounds.urlpatterns,
    *forms.urlpatterns,
    *doubts.urlpatterns,
    *dictionary.urlpatterns,
    *overlapping.urlpatterns,
    *entries.urlpatterns,
    *sheet.urlpatterns,
    *exports.urlpatterns,
    *reviewing.urlpatterns,
    *reminding.urlpatterns,
    *filling.urlpatterns,
    *answering.urlpatterns,
    *reports.urlpatterns,
    *products.urlpatterns,
    *productions.urlpatterns,
    *works.urlpatterns,
    *block.urlpatterns,
    *exploring.urlpatterns,
    *history.urlpatterns,
    *dues.urlpatterns,
    *counting.urlpatterns,
    *ledgers.urlpatterns,
    *ledger_acts.urlpatterns,
    *returns.urlpatterns,
]

__all__ = ["KINDS", "SEARCHES", "WATCHES", "desk", "offer", "urlpatterns", "watched"]
