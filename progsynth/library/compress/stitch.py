"""Stitch itself as a compressor, by its Python bindings: the peer that ours is compared with.

It is an optional extra (`pip install progsynth[stitch]`) and takes corpora in curried form.
What it claims is counted again, on the terms that it gives back.
"""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.errors import UnsupportedError
from progsynth.library.compress.compressors import Compressed, Learned
from progsynth.library.compress.labelled import Corpus
from progsynth.library.compress.s_expressions import read_corpus, write

try:
    import stitch_core
except ImportError:  # said when it is used
    stitch_core = None


@dataclass(frozen=True, slots=True)
class StitchCore:
    """Stitch, with its own costs. Raises UnsupportedError where it is not installed."""

    iterations: int = 10
    max_arity: int = 2

    def __post_init__(self) -> None:
        if stitch_core is None:
            raise UnsupportedError("Stitch is not installed: pip install progsynth[stitch]")

    def compress(self, corpus: Corpus) -> Compressed:
        """The corpus, each of whose programs is one s-expression, rewritten by Stitch."""
        texts = [
            (number, write(corpus.forest, root))
            for number, task in enumerate(corpus.tasks)
            for (root,) in task
        ]
        found = stitch_core.compress(
            [text for _, text in texts],
            tasks=[str(number) for number, _ in texts],
            iterations=self.iterations,
            max_arity=self.max_arity,
        )
        rewritten: list[list[str]] = [[] for _ in corpus.tasks]
        for (number, _), text in zip(texts, found.rewritten, strict=True):
            rewritten[number].append(text)
        learned = tuple(
            Learned(one["name"], one["body"], one["arity"], one["utility"])
            for one in found.json["abstractions"]
        )
        return Compressed(corpus, read_corpus(rewritten), learned)
