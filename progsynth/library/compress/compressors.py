"""Compressors: they find abstractions for a corpus one after another, and rewrite it.

`TopDown` is ours; `stitch.StitchCore` is a peer to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from progsynth.library.compress.abstraction import STITCH, Prices
from progsynth.library.compress.labelled import Corpus
from progsynth.library.compress.s_expressions import write
from progsynth.library.compress.saving import rewrite
from progsynth.library.compress.top_down import Effort, Rules, Scope, search


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
    search after `max_taken` patterns. `effort` counts what all searches did.
    """

    iterations: int = 10
    scope: Scope | None = None
    prices: Prices = STITCH
    rules: Rules | None = None
    max_taken: int | None = None
    effort: Effort | None = None

    def compress(self, corpus: Corpus) -> Compressed:
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
            abstraction, name = found.abstraction, f"fn_{number}"
            body = write(abstraction.forest, abstraction.body)
            learned.append(Learned(name, body, abstraction.arity, found.utility))
            now = rewrite(now, abstraction, found.matches, name, self.prices)
        return Compressed(corpus, now, tuple(learned))
