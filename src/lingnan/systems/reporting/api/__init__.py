"""`/api/v1/reporting`: forms, rounds, what is asked, filings, sums, workbooks, plans."""

from ninja import Router

from . import (
    admission,
    away,
    block,
    counting,
    dictionary,
    filings,
    forms,
    history,
    ledgers,
    plans,
    productions,
    products,
    profiles,
    reminding,
    returns,
    reviewing,
)

router = Router(tags=["reporting"])
PARTS = (dictionary, forms, filings, history, plans, products, profiles, reviewing, reminding)
for part in (*PARTS, productions, block, admission, counting, ledgers, returns, away):
    router.add_router("", part.router)

__all__ = ["router"]
