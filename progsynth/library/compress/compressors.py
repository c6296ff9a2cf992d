"""Compressors: they find abstractions for a corpus one after another, and rewrite it.

`TopDown` is ours; `stitch.StitchCore` is a peer to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from progsynth.library.compress.abstraction import STITCH, Prices, applied_label, parameter_label
from progsynth.library.compress.labelled import Corpus
from progsynth.library.compress.s_expressions import write
from progsynth.library.compress.saving import Matches, rewrite
from progsynth.library.compress.top_down import Effort, Found, Rules, Scope, search


@dataclass(frozen=True, slots=True)
class Learned:
    """An abstraction that a compressor found: its name, its body as text, what it saved."""

    name: str
    body: str
    arity: int
    utility: int


@dataclass(frozen=True, slots=True)
class Compressed:
    """A corpus before and after, and the abstractions, each of which may call those before it."""

    before: Corpus
    after: Corpus
    learned: tuple[Learned, ...]

    @property
    def ratio(self) -> float:
        """How many times shorter the corpus is; the abstractions' bodies are not counted."""
        return self.before.cost() / self.after.cost()


class Compressor(Protocol):
    """What finds abstractions for a corpus."""

    def compress(self, corpus: Corpus) -> Compressed:
        """The corpus rewritten with the abstractions found."""


@dataclass(frozen=True, slots=True)
class TopDown:
    """Our search, once for each abstraction; the corpus is rewritten in between.

    `scope`, `prices` and `rules` are those of `top_down.search`, which also says what ends a
    search after `max_taken` patterns. `effort` counts what all searches did. In a curried corpus
    the order of parameters decides which calls that lack arguments can be shared, and nothing
    tells beforehand which order is better: with `both_orders` the parameters are once numbered
    from the left and once from the right, and the shorter corpus is kept.
    """

    iterations: int = 10
    scope: Scope | None = None
    prices: Prices = STITCH
    rules: Rules | None = None
    max_taken: int | None = None
    effort: Effort | None = None
    both_orders: bool = False

    def compress(self, corpus: Corpus) -> Compressed:
        """The corpus rewritten with at most `iterations` abstractions, one after another."""
        orders = (False, True) if self.both_orders else (False,)
        return min(
            (self._one_after_another(corpus, order) for order in orders),
            key=lambda made: made.after.cost(),
        )

    def _one_after_another(self, corpus: Corpus, from_right: bool) -> Compressed:
        learned: list[Learned] = []
        now = corpus
        for number in range(self.iterations):
            found = search(
                now,
                scope=self.scope,
                prices=self.prices,
                rules=self.rules,
                max_taken=self.max_taken,
                effort=self.effort,
            )
            if found is None:
                break
            if from_right:
                found = renumbered(found, self.prices)
            abstraction, name = found.abstraction, f"fn_{number}"
            body = write(abstraction.forest, abstraction.body)
            learned.append(Learned(name, body, abstraction.arity, found.utility))
            now = rewrite(now, abstraction, found.matches, name, self.prices)
        return Compressed(corpus, now, tuple(learned))


def renumbered(found: Found, prices: Prices) -> Found:
    """The same abstraction with its parameters in the opposite order."""
    old = found.abstraction
    forest = old.forest
    numbers = {f"#{n}": old.arity - 1 - n for n in range(old.arity)}

    def put(node: int, children: tuple[int, ...]) -> int:
        label = forest.label_of(node)
        if label.name in numbers:
            return forest.add(parameter_label(numbers[label.name], prices))
        if label.name[0] == "#" and children:
            number, _, given = label.name.partition("/")
            return forest.add(applied_label(numbers[number], int(given), prices), children)
        return forest.add(label, children)

    body = forest.fold(old.body, put)
    uses = {node: (gain, args[::-1]) for node, (gain, args) in found.matches.uses.items()}
    abstraction = replace(old, body=body, parameters=old.parameters[::-1])
    return replace(found, abstraction=abstraction, matches=Matches(uses))
