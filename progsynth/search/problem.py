"""What a search is given: the request, the examples and the language; and what a method is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from progsynth.evaluate import Grade
from progsynth.grammar.guide import Guide
from progsynth.lang.failure import Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Neural, Program, Term
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.search.run import Candidate, Search


@dataclass(frozen=True, slots=True)
class Problem:
    """A function to be found: from `types` to `result`, right on the training examples.

    `inputs` has a row of arguments for each example, `outputs` what is expected of it. `wrap`
    makes the candidate of a body and its cost: a term in which the parameters are the
    outermost variables, the last of them `Var(0)`. Where a sketch has one hole, `types` are of
    the variables that the hole sees, and `wrap` puts the term into the sketch; the whole
    program of a candidate always goes from `entry_types` to `entry_result` and is run on
    `inputs`. `neural` are the submodules that programs may call. `error` grades wrong outputs;
    None grades by type. `loss` is what real answers are trained by ("squared", "absolute"). A
    share `accuracy` of the examples has to be right. `seeds` are bodies that may be nearly right:
    of proposals, the best first. `guide` says what is likely in programs; None: nothing is known.
    """

    types: tuple[Type, ...]
    result: Type
    inputs: tuple[tuple[Value, ...], ...]
    outputs: tuple[Value, ...]
    dsl: DSL
    wrap: Callable[[Term, int], Candidate]
    entry_types: tuple[Type, ...]
    entry_result: Type
    limits: Limits
    constants: tuple[int | float | bool | str, ...] = ()
    tolerance: float = 1e-9
    error: Grade | None = None
    accuracy: float = 1.0
    neural: tuple[Neural, ...] = ()
    allowed: tuple[str, ...] = ()  # primitives that may be used, instance or surface; empty: all
    seeds: tuple[Term, ...] = ()
    loss: str = "squared"
    guide: Guide | None = None

    @property
    def is_whole(self) -> bool:
        """Is all of the function to be found, and not what stands in a hole of another type?"""
        return (self.types, self.result) == (self.entry_types, self.entry_result)

    def program(self, term: Term) -> Program:
        """The whole program of a body."""
        return self.wrap(term, 0).program


Method = Callable[[Problem, int], Search]  # with a seed
