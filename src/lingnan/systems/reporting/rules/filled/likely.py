"""Of several places of one name, the one whose neighbours are in the same files stands first.

It stays a question: the order saves a person the search, it decides nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ...terms.filled import FilledDraft, FilledValue, PlaceGuess, Spot
from .gazetteer import Gazetteer


def likeliest_first(drafts: Sequence[FilledDraft], places: Gazetteer) -> list[FilledDraft]:
    """`drafts` of files that came together, with the candidates of doubtful places reordered."""
    sure = {value.place.sure for draft in drafts for value in draft.values if value.place.sure}
    near = Counter(one.code for spot in sure for one in places.chain(spot))
    return [_reordered(draft, near, places) for draft in drafts]


def _reordered(draft: FilledDraft, near: Counter[str], places: Gazetteer) -> FilledDraft:
    known: dict[PlaceGuess, PlaceGuess] = {}

    def ordered(guess: PlaceGuess) -> PlaceGuess:
        if len(guess.spots) < 2:
            return guess
        if guess not in known:
            spots = sorted(guess.spots, key=lambda spot: _weight(spot, near, places))
            known[guess] = replace(guess, spots=tuple(spots))
        return known[guess]

    def with_order(value: FilledValue) -> FilledValue:
        return value if value.place.sure else replace(value, place=ordered(value.place))

    values = tuple(with_order(value) for value in draft.values)
    return replace(draft, place=ordered(draft.place), values=values)


def _weight(spot: Spot, near: Counter[str], places: Gazetteer) -> tuple[int, ...]:
    """Named in full elsewhere first, then the town, then the county with most of the others."""
    chain = [one.code for one in reversed(places.chain(spot))]
    return tuple(-near[code] for code in chain[:4])
