"""What an abstraction saves, and the corpus rewritten with it.

Matches may overlap, so a use is chosen or not: bottom-up, each node takes the cheaper of its own
parts rewritten and a call with its arguments rewritten (dynamic programming; exact for a term,
and of each task the cheapest program counts after it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from progsynth.library.compress.abstraction import Abstraction, Prices, argument, call
from progsynth.library.compress.labelled import Corpus, Forest


@dataclass(frozen=True, slots=True)
class Matches:
    """Where an abstraction matches: what a use saves there, and its arguments as they stand."""

    uses: Mapping[int, tuple[int, tuple[int, ...]]]


def saved(corpus: Corpus, matches: Matches) -> int:
    """What rewriting saves in all tasks, the abstraction's body not yet paid."""
    gains = _gains(corpus, matches)
    forest, total = corpus.forest, 0
    for task in corpus.tasks:
        before = [corpus.cost_of(program) for program in task]
        after = [
            sum(forest.cost[root] - gains.get(root, 0) for root in program) for program in task
        ]
        total += min(before) - min(after)
    return total


def _gains(corpus: Corpus, matches: Matches) -> dict[int, int]:
    """What is saved in each node in which anything is."""
    children = corpus.forest.children
    gains: dict[int, int] = {}
    for node in corpus.forest.below([root for p in corpus.programs for root in p]):
        gain = sum([gains.get(c, 0) for c in children[node]])
        use = matches.uses.get(node)
        if use is not None:
            gain = max(gain, use[0] + sum([gains.get(a, 0) for a in use[1]]))
        if gain:
            gains[node] = gain
    return gains


def rewrite(
    corpus: Corpus, abstraction: Abstraction, matches: Matches, name: str, prices: Prices
) -> Corpus:
    """The corpus with the abstraction called by that name wherever that is cheaper."""
    old, new = corpus.forest, Forest()
    gains = _gains(corpus, matches)
    made: dict[int, int] = {}
    for node in old.below([root for p in corpus.programs for root in p]):
        inside = sum(gains.get(c, 0) for c in old.children[node])
        use = matches.uses.get(node)
        if use is not None and use[0] + sum(gains.get(a, 0) for a in use[1]) > inside:
            parameters = zip(use[1], abstraction.parameters, strict=True)
            arguments = tuple(argument(new, made[a], p, prices) for a, p in parameters)
            made[node] = call(new, name, arguments, prices)
        else:
            made[node] = new.add(old.label_of(node), tuple(made[c] for c in old.children[node]))
    tasks = tuple(
        tuple(tuple(made[root] for root in program) for program in task) for task in corpus.tasks
    )
    return _pruned(Corpus(new, tasks))


def _pruned(corpus: Corpus) -> Corpus:
    """The corpus in a forest that has nothing else."""
    old, new = corpus.forest, Forest()
    made: dict[int, int] = {}
    for node in old.below([root for p in corpus.programs for root in p]):
        made[node] = new.add(old.label_of(node), tuple(made[c] for c in old.children[node]))
    tasks = tuple(
        tuple(tuple(made[root] for root in program) for program in task) for task in corpus.tasks
    )
    return Corpus(new, tasks)
