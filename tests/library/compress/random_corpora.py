"""Small random corpora of labelled terms, with all that the search has rules for."""

from __future__ import annotations

from random import Random

from progsynth.library.compress.labelled import Corpus, Forest, Label

LEAVES = tuple(Label(name, inert=True) for name in "abc")
PAIR = Label("pair", (0, 0))
DIVIDE = Label("divide", (0, 0), fails=True)
WHEN = Label("when", (0, 0, 0), lazy=(1, 2))
EACH = Label("each", (0, 0), fails=True)
LAMBDA = Label("lambda/1", (1,), lazy=(0,), inert=True, function=True)
PRIVATE = Label("private", (0,), fails=True, fixed=False)
LET = Label("let", (0, 1))


def corpus(seed: int, *, tasks: int = 3, programs: int = 2, depth: int = 3) -> Corpus:
    """The random corpus of that seed; its programs are alike."""
    rng, forest = Random(f"corpus {seed}"), Forest()
    shared = [term(rng, forest, depth - 1, 0, []) for _ in range(2)]
    made = tuple(
        tuple((term(rng, forest, depth, 0, shared),) for _ in range(rng.randint(1, programs)))
        for _ in range(tasks)
    )
    return Corpus(forest, made)


def term(rng: Random, forest: Forest, depth: int, bound: int, shared: list[int]) -> int:
    """A term that sees `bound` variables and one from outside."""
    if shared and rng.random() < 0.3:
        return forest.shift(rng.choice(shared), bound)
    if depth <= 0 or rng.random() < 0.15:
        if rng.random() < 0.5:
            return forest.variable(rng.randint(0, bound), 1)
        return forest.add(rng.choice(LEAVES))

    def inner(more: int = 0) -> int:
        return term(rng, forest, depth - 1, bound + more, shared)

    label = rng.choice((PAIR, PAIR, DIVIDE, WHEN, EACH, PRIVATE, LET))
    if label is EACH:
        return forest.add(EACH, (forest.add(LAMBDA, (inner(1),)), inner()))
    return forest.add(label, tuple(inner(more) for more in label.binds))
