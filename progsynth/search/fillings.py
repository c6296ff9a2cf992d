"""The fillings of a sketch's expression holes in order of their cost together, untried.

For sketches whose fillings can only be judged in training: nothing is run here, so no two
fillings are told to be the same. Holes for numbers stay, for a training to fill.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from progsynth.lang.term import Program, Term, free_variables
from progsynth.search.bank import Bank, splits
from progsynth.search.goal import working_limits
from progsynth.search.holes import Site, fill
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.run import Candidate, Filling
from progsynth.search.sketched import Sketched

MAX_COST = 30
_FEEDBACK = 500_000  # values that the bank of a hole keeps


def fillings(sketch: Sketched, *, max_cost: int = MAX_COST) -> Iterator[Candidate | None]:
    """The sketch with its expression holes filled, the cheapest first; None now and then, where
    there is none yet. A sketch without such holes is its own and only filling; a hole that is
    given arguments uses one of them at least."""
    places = [n for n, site in enumerate(sketch.sites) if site.hole.kind == "expression"]
    if not places:
        yield Candidate(_filled(sketch, {}), 1)
        return
    banks, levels, roots = [], [], []
    for site in (sketch.sites[n] for n in places):
        space = sketch.space(site, sketch.pairs(site))
        top = space.top(site.visible)
        shown = [v for e in sketch.examples for v in (*e.inputs, e.output)]
        kernels = Kernels(sketch.dsl, working_limits(sketch.limits, shown))
        bank = Bank(space, kernels, top, [], [], merging=False, max_feedback=_FEEDBACK)
        roots.append(space.symbol(top, site.type))
        banks.append(bank)
        levels.append(Levels(space, bank, roots[-1], keep_root=True))
    count = len(places)
    for cost in range(count, max_cost + 1):
        for one in levels:
            for _ in one.fill(cost - count + 1):
                yield None
        for split in splits(cost, [1] * count):
            cells = [bank.shelf(root).cell(n) for bank, root, n in zip(banks, roots, split)]
            for chosen in product(*cells):
                terms = [b.term(r.scope, e) for b, r, e in zip(banks, roots, chosen)]
                if all(_uses(sketch.sites[n], term) for n, term in zip(places, terms)):
                    yield _candidate(sketch, places, terms, cost)
                else:
                    yield None
        if all(one.finished(cost - count + 1) for one in levels):
            return


def _uses(site: Site, term: Term) -> bool:
    return not site.hole.args or bool(free_variables(term))


def _candidate(
    sketch: Sketched, places: Sequence[int], terms: Sequence[Term], cost: int
) -> Candidate:
    sites = [sketch.sites[n] for n in places]
    filled = tuple(
        Filling(term, site.names, site.types, site.type, site.hidden)
        for term, site in zip(terms, sites, strict=True)
    )
    return Candidate(_filled(sketch, dict(zip(places, terms, strict=True))), cost, filled)


def _filled(sketch: Sketched, terms: dict[int, Term]) -> Program:
    every = [terms.get(n, site.hole) for n, site in enumerate(sketch.sites)]
    return fill(sketch.program, every)
