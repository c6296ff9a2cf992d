"""Core terms as genomes: the way back from `decode`, so that evolution may begin from programs.

Only what the alphabet has can be said: a lambda is one call, or else the call that it is an
argument of becomes a loop (see `unfold`). Programs from elsewhere may be wrong, so that theirs
is a start where some of them fail that would not have (see `statements`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from progsynth.errors import ProgsynthError
from progsynth.lang.infer import infer
from progsynth.lang.term import Term
from progsynth.lang.walk import walk
from progsynth.search.genetic.flat.alphabet import Alphabet
from progsynth.search.genetic.flat.makers import Makers, OutsideError
from progsynth.search.genetic.flat.statements import Writer
from progsynth.search.problem import Problem

Words = NDArray[np.int64]


class Raiser:
    """Makes genomes of terms; what it knows of the alphabet is made once."""

    def __init__(self, problem: Problem, alphabet: Alphabet):
        self.makers = Makers(problem.dsl, alphabet)
        self.alphabet = alphabet

    def genome(self, term: Term, *, most: int) -> Words | None:
        """The genome of a body, of `most` genes at most; None where there is none."""
        alphabet = self.alphabet
        types = tuple(alphabet.types[number] for number in alphabet.params)
        result = alphabet.types[alphabet.goal]
        env = tuple(
            (type_, alphabet.own_params(number).index(place))
            for place, (type_, number) in enumerate(zip(types, alphabet.params, strict=True))
        )
        writer = Writer(self.makers)
        try:
            typed = infer(term, types, self.makers.dsl, result=result)
            walk(writer.into(typed, env, (alphabet.goal, 0)))
        except (OutsideError, ProgsynthError):
            return None
        return np.array(writer.genes, np.int64) if 0 < len(writer.genes) <= most else None
