"""What an abstraction saves, and the corpus rewritten with it.

Matches may overlap, so a use is chosen or not: bottom-up, each node takes the cheaper of its own
parts rewritten and a call with its arguments rewritten (dynamic programming; exact for a term,
and of each task the cheapest program counts after it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from progsynth.library.compress.abstraction import Abstraction, Prices, argument, call
from progsynth.library.compress.labelled import Corpus, Forest


@dataclass(frozen=True, slots=True)
class Matches:
    """Where an abstraction matches: what a use saves there, and its arguments as they stand."""

    uses: Mapping[int, tuple[int, tuple[int, ...]]]


class Reckoner:
    """Says what matches save in a corpus: only what lies above them is looked at."""

    def __init__(self, corpus: Corpus):
        forest, self.corpus = corpus.forest, corpus
        self.parents: list[list[int]] = [[] for _ in range(len(forest))]
        for node in forest.below([root for p in corpus.programs for root in p]):
            for child in forest.children[node]:
                self.parents[child].append(node)
        self.costs = [[corpus.cost_of(program) for program in task] for task in corpus.tasks]
        self.least = [min(costs) for costs in self.costs]
        self.tasks_of: dict[int, list[int]] = {}
        for number, task in enumerate(corpus.tasks):
            for root in sorted({root for program in task for root in program}):
                self.tasks_of.setdefault(root, []).append(number)

    def saved(self, matches: Matches) -> int:
        """What rewriting saves in all tasks, the abstraction's body not yet paid."""
        above: set[int] = set()
        todo = list(matches.uses)
        while todo:
            node = todo.pop()
            if node not in above:
                above.add(node)
                todo += self.parents[node]
        gains = gains_in(self.corpus.forest, sorted(above), matches)
        changed = sorted({task for root in gains for task in self.tasks_of.get(root, ())})
        total = 0
        for task in changed:
            after = (
                cost - sum([gains.get(root, 0) for root in program])
                for cost, program in zip(self.costs[task], self.corpus.tasks[task], strict=True)
            )
            total += self.least[task] - min(after)
        return total


def gains_in(forest: Forest, nodes: Sequence[int], matches: Matches) -> dict[int, int]:
    """What is saved in each of these nodes in which anything is; children before parents."""
    children = forest.children
    gains: dict[int, int] = {}
    for node in nodes:
        gain = 0
        for child in children[node]:
            gain += gains.get(child, 0)
        use = matches.uses.get(node)
        if use is not None:
            own = use[0]
            for argument_ in use[1]:
                own += gains.get(argument_, 0)
            gain = max(gain, own)
        if gain:
            gains[node] = gain
    return gains


def rewrite(
    corpus: Corpus, abstraction: Abstraction, matches: Matches, name: str, prices: Prices
) -> Corpus:
    """The corpus with the abstraction called by that name wherever that is cheaper."""
    old, new = corpus.forest, Forest()
    nodes = old.below([root for p in corpus.programs for root in p])
    gains = gains_in(old, nodes, matches)
    made: dict[int, int] = {}
    for node in nodes:
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
