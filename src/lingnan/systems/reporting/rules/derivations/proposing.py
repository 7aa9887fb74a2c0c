"""Proposals for every item of a village form, from its households' form or from its own items."""

from ...terms import Dimension, FormDraft, Proposal, Quality, Role, Vocabulary
from ..expressions import codes_of, sql_of, text_of
from ..matching.facts import Facts, facts_of
from .counting import Draft, count_households, names_time, sum_quantity
from .households import Offer, offer_of, says_population
from .rates import propose_rate

OTHER_PERIOD = "两表的时期不同"
NO_PERIOD = "本表没有写明时期，户表问的是当期"
UNCERTAIN = "户表没有写明对象，无法确认与本项范围一致"


def propose_derivations(
    village: FormDraft, household: FormDraft, words: Vocabulary
) -> list[Proposal]:
    """At most one proposal an item, in the order of the village form. Exact only when every word
    of the label is accounted for; nothing at all when a word is left that nobody explains."""
    facts = facts_of(village, words)
    offer = offer_of(household, words)
    proposals = []
    for index, fact in enumerate(facts):
        if fact.ref.field.role is not Role.ASKED:
            continue
        draft = _draft(index, facts, offer, words)
        if draft is not None:
            doubts = _doubts(fact, draft, offer, (village, household), words)
            proposals.append(_proposal(fact, draft, doubts))
    return proposals


def _doubts(
    fact: Facts, draft: Draft, offer: Offer, forms: tuple[FormDraft, FormDraft], words: Vocabulary
) -> tuple[str, ...]:
    """What makes a formula that fits only approximate: population or period not the same."""
    village, household = forms
    if fact.dimension is Dimension.RATIO:
        return ()
    doubts = [] if says_population(fact, offer) else [UNCERTAIN]
    if village.period and household.period and village.period != household.period:
        doubts.append(OTHER_PERIOD)
    elif village.period != household.period and not names_time(fact, words):
        used = set(codes_of(draft.expression))
        if any(names_time(f, words) for f in offer.facts if f.ref.field.code in used):
            doubts.append(NO_PERIOD)
    return tuple(doubts)


def _draft(index: int, facts: list[Facts], offer: Offer, words: Vocabulary) -> Draft | None:
    fact = facts[index]
    if fact.dimension is Dimension.RATIO:
        return propose_rate(index, facts, words)
    if fact.ref.field.options or not fact.ref.field.unit:
        return None
    if offer.name and not says_population(fact, offer):
        return None
    if fact.dimension is Dimension.HOUSEHOLDS:
        return count_households(fact, offer, words)
    return sum_quantity(fact, offer, words)


def _proposal(fact: Facts, draft: Draft, doubts: tuple[str, ...]) -> Proposal:
    return Proposal(
        village_code=fact.ref.field.code,
        formula=text_of(draft.expression),
        sql=sql_of(draft.expression),
        quality=Quality.APPROXIMATE if doubts else draft.quality,
        reasons=(*draft.reasons, *doubts),
        uses=codes_of(draft.expression),
    )
