"""Pages of reporting, from the catalogue of forms to the workbook given back."""

from . import (
    admission,
    block,
    cataloguing,
    dictionary,
    doubts,
    entries,
    exports,
    filling,
    forms,
    history,
    ledger_acts,
    ledgers,
    objections,
    plans,
    productions,
    products,
    reminding,
    reports,
    returns,
    reviewing,
    rounds,
    sheet,
)
from .away import offer
from .productions import WATCHES
from .searching import SEARCHES
from .tasks import KINDS
from .waiting import desk

urlpatterns = [
    *admission.urlpatterns,
    *cataloguing.urlpatterns,
    *objections.urlpatterns,
    *plans.urlpatterns,
    *rounds.urlpatterns,
    *forms.urlpatterns,
    *doubts.urlpatterns,
    *dictionary.urlpatterns,
    *entries.urlpatterns,
    *sheet.urlpatterns,
    *exports.urlpatterns,
    *reviewing.urlpatterns,
    *reminding.urlpatterns,
    *filling.urlpatterns,
    *reports.urlpatterns,
    *products.urlpatterns,
    *productions.urlpatterns,
    *block.urlpatterns,
    *history.urlpatterns,
    *ledgers.urlpatterns,
    *ledger_acts.urlpatterns,
    *returns.urlpatterns,
]

__all__ = ["KINDS", "SEARCHES", "WATCHES", "desk", "offer", "urlpatterns"]
