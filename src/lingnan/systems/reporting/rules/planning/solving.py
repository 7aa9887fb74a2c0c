"""The cheapest choice. A set cover with an order is hard in general, so a solver proves the answer;
most parts of a plan are one fact, or sums that form no ring, and need none (`sums`).
"""

from collections.abc import Iterable, Mapping, Sequence

from ...terms.planning import Choice, Fact, Identity, Way
from .problem import closed, free, ordered, parts, ways_of_identity, without_useless
from .sums import cheapest_of_sums, form_no_ring

SECONDS = 10.0
"""Of work for one part; after that the best found is given with its proved bound."""


class NoWay(ValueError):
    """A wanted fact that cannot be had in any way: the caller left out the way to ask it."""


def choose(
    ways: Iterable[Way],
    wanted: Iterable[Fact],
    *,
    sums: Iterable[Identity] = (),
    seconds: float = SECONDS,
) -> Choice:
    """The cheapest ways to all `wanted` facts. NoWay when one of them cannot be had.

    Costs are whole seconds. The same input gives the same choice: of equally cheap ones the solver
    keeps the one it finds first, and it works on one thread from a fixed seed.
    """
    tied = [way for one in sums for way in ways_of_identity(one)]
    listed, goal = [*ways, *tied], frozenset(wanted)
    given = free(listed)
    had = {way.fact for way in given}
    # A way without the needs that are free anyway → the way as it was given.
    origin = {
        Way(way.fact, way.means, way.cost, way.needs - had, way.why): way
        for way in without_useless(listed, goal)
        if way.fact not in had
    }
    chosen, bound = {way.fact: way for way in given}, 0
    for part in parts(list(origin)):
        found, least = _of_part(part, goal & {way.fact for way in part}, seconds)
        chosen |= {way.fact: origin[way] for way in found}
        bound += least
    if missing := goal - chosen.keys():
        raise NoWay(", ".join(sorted(missing)))
    needed = _needed(chosen, goal)
    return Choice(needed, sum(way.cost for way in needed), bound)


def _needed(chosen: Mapping[Fact, Way], goal: frozenset[Fact]) -> tuple[Way, ...]:
    """Without what was free and nobody asked for."""
    kept, stack = set(goal), list(goal)
    while stack:
        fresh = chosen[stack.pop()].needs - kept
        kept |= fresh
        stack.extend(fresh)
    return tuple(closed(way for fact, way in chosen.items() if fact in kept))


def _of_part(ways: Sequence[Way], goal: frozenset[Fact], seconds: float) -> tuple[list[Way], int]:
    """The chosen ways in a possible order, and the proved least cost."""
    if not goal:
        return [], 0
    facts = {way.fact for way in ways}
    if len(facts) == 1:
        alone = [way for way in ways if not way.needs]
        best = min(alone, key=lambda way: way.cost, default=None)
        return ([best], best.cost) if best else ([], 0)
    tied = [way for way in ways if way.needs]
    if goal == facts and form_no_ring(tied):
        found = cheapest_of_sums(ways)
        return found, sum(way.cost for way in found)
    return _solve(ways, goal, seconds)


def _solve(ways: Sequence[Way], goal: frozenset[Fact], seconds: float) -> tuple[list[Way], int]:
    from ortools.sat.python import cp_model  # sixty MiB, and few processes ever meet a ring

    model = cp_model.CpModel()
    facts = sorted({way.fact for way in ways})
    taken = [model.new_bool_var(f"w{n}") for n in range(len(ways))]
    had = {fact: model.new_bool_var(f"h{n}") for n, fact in enumerate(facts)}
    place = {fact: model.new_int_var(0, len(facts) - 1, f"p{n}") for n, fact in enumerate(facts)}
    for fact in facts:
        into = [taken[n] for n, way in enumerate(ways) if way.fact == fact]
        model.add(sum(into) == had[fact])
        if fact in goal:
            model.add(had[fact] == 1)
    for n, way in enumerate(ways):
        for need in way.needs:
            if need not in had:
                model.add(taken[n] == 0)
                continue
            model.add_implication(taken[n], had[need])
            model.add(place[way.fact] > place[need]).only_enforce_if(taken[n])
    model.minimize(sum(way.cost * taken[n] for n, way in enumerate(ways)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = seconds
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [], 0
    chosen = {way.fact: way for n, way in enumerate(ways) if solver.value(taken[n])}
    order = ordered(chosen)
    assert order is not None  # the places forbid a circle
    return order, round(solver.best_objective_bound)
