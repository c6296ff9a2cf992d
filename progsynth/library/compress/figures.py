"""What the search asks about the nodes of a corpus, as arrays with one entry a node.

Legend: N nodes, L those where a pattern matches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from progsynth.library.compress.labelled import Corpus, Forest

Array = Any  # numpy.ndarray; its items' types are said in comments

_DENSE = 6000  # nodes up to which occurrences are counted for every pair


@dataclass(frozen=True, slots=True)
class Figures:
    """The corpus in arrays.

    `uses` bounds how often a node can be rewritten: its occurrences, in each task those of the
    program that has most. `least` and `most` are the least free variable, and one more than the
    largest (-1 and 0 for closed terms). `same` is equal for terms that are equal but for a shift
    of all their free variables. `potential` bounds what any abstraction saves in a term by its
    body: all of it where it is met again, else the label's cost where that is. `repeats` bounds
    what it saves by a parameter that is used several times, for one such parameter; `spare` for
    any number. `occurrences[n, m]` counts the terms like m in n; None where N is large.
    """

    cost_N: Array
    label_N: Array
    uses_N: Array
    least_N: Array
    most_N: Array
    same_N: Array
    fixed_N: Array
    inert_N: Array
    failing_N: Array
    single_N: Array
    function_N: Array
    first_N: Array  # where the children of each stand in `children`
    children: Array
    potential_N: Array
    repeats_N: Array
    spare_N: Array
    occurrences: Array | None


def figures_of(corpus: Corpus) -> Figures:
    """The figures of a corpus."""
    forest = corpus.forest
    uses = _uses(corpus)
    same = _same(forest, len(uses))
    size = len(forest)
    uses += [0] * (size - len(uses))
    same += range(len(same), size)  # terms made for comparison only: they are their own
    least = [(f & -f).bit_length() - 1 for f in forest.free]
    counts = _counts(forest, same, least)
    repeats, spare = _repeats(forest, counts)
    ints = {
        "cost_N": forest.cost,
        "label_N": forest.label,
        "uses_N": uses,
        "least_N": least,
        "most_N": [f.bit_length() for f in forest.free],
        "same_N": same,
        "first_N": np.cumsum([0, *map(len, forest.children)])[:-1],
        "children": [c for children in forest.children for c in children],
        "potential_N": _potential(forest, uses, same),
        "repeats_N": repeats,
        "spare_N": spare,
    }
    flags = {
        "fixed_N": forest.fixed,
        "inert_N": [forest.label_of(n).inert for n in range(size)],
        "failing_N": forest.failing,
        "single_N": [v == 1 for v in forest.values],
        "function_N": [forest.label_of(n).function for n in range(size)],
    }
    return Figures(
        **{name: np.asarray(values, np.int64) for name, values in ints.items()},
        **{name: np.asarray(values, bool) for name, values in flags.items()},
        occurrences=_occurrences(counts) if size <= _DENSE else None,
    )


def occurrences_in(forest: Forest, roots: tuple[int, ...]) -> Counter[int]:
    """How often each node occurs in these terms."""
    found: Counter[int] = Counter(roots)
    for node in reversed(forest.below(roots)):
        for child in forest.children[node]:
            found[child] += found[node]
    return found


def _uses(corpus: Corpus) -> list[int]:
    uses = [0] * len(corpus.forest)
    for task in corpus.tasks:
        most: Counter[int] = Counter()
        for program in task:
            most |= occurrences_in(corpus.forest, program)
        for node, number in most.items():
            uses[node] += number
    return uses


def _same(forest: Forest, count: int) -> list[int]:
    """The node of each term's least shift."""
    free = forest.free
    return [
        forest.shift(node, 1 - (free[node] & -free[node]).bit_length()) for node in range(count)
    ]


def _potential(forest: Forest, uses: list[int], same: list[int]) -> list[int]:
    of_term: Counter[int] = Counter()
    of_label: Counter[int] = Counter()
    for node, number in enumerate(uses):
        of_term[same[node]] += number
        of_label[forest.label[node]] += number
    found: list[int] = []
    for node, number in enumerate(same):
        if of_term[number] > 1:
            found.append(forest.cost[node])
        elif of_label[forest.label[node]] > 1:
            inside = sum(found[c] for c in forest.children[node])
            found.append(forest.label_of(node).cost + inside)
        else:
            found.append(0)
    return found


Seen = Counter[tuple[int, int]]  # terms by `same` and their least free variable, -1 for none


def _counts(forest: Forest, same: list[int], least: list[int]) -> list[Seen]:
    """How often each term occurs in each node; not those that read what is bound inside it."""
    counts: list[Seen] = []
    for node, children in enumerate(forest.children):
        found: Seen = Counter({(same[node], least[node]): 1})
        for child, bound in zip(children, forest.label_of(node).binds, strict=True):
            for (one, free), number in counts[child].items():
                if free < 0 or free >= bound:
                    found[one, free if free < 0 else free - bound] += number
        counts.append(found)
    return counts


def _repeats(forest: Forest, counts: list[Seen]) -> tuple[list[int], list[int]]:
    cost, label, labels = forest.cost, forest.label, forest.labels
    repeats, spare = [], []
    for found in counts:
        again = [(one, number - 1) for (one, _), number in found.items() if number > 1]
        repeats.append(max([times * cost[one] for one, times in again], default=0))
        spare.append(sum([times * labels[label[one]].cost for one, times in again]))
    return repeats, spare


def _occurrences(counts: list[Seen]) -> Array:
    found = np.zeros((len(counts), len(counts)), np.int32)
    for node, inside in enumerate(counts):
        for (one, _), number in inside.items():
            found[node, one] += number
    return found
