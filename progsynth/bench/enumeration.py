"""Plain enumeration, the baseline: every program in order of cost, run one after another.

It is what the bottom-up search does without all that makes that one good: equal values are not
merged, nothing is computed backwards or put together from parts, and no value is kept; a
candidate is interpreted from its root on each example until it is wrong on one too many. The
language is the same: the same typed space of productions, and the same constants mined from the
examples. It is not made slow on purpose: sub-terms of smaller cost are built once and kept, as
long as there is room.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from progsynth import registry
from progsynth.lang import interpret
from progsynth.lang.failure import Failure
from progsynth.lang.term import Lambda, Term, Var, free_variables
from progsynth.search.bank import splits
from progsynth.search.constants import mine
from progsynth.search.goal import allowed_misses, same_function, working_limits
from progsynth.search.problem import Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.space import Production, Space, Symbol, build_term
from progsynth.search.universe import make_space
from progsynth.task import Example

_MAX_TERMS = 3_000_000  # that are kept: about a gigabyte
_MAX_COST = 40
_LOOK = 200  # terms built or run between looks at the clock


def enumeration(problem: Problem, seed: int) -> Search:
    """The method: plain enumeration of the problem's programs. Nothing in it is random."""
    pairs = list(map(Example, problem.inputs, problem.outputs))
    only = registry.forms(problem.dsl.name).constants
    constants = mine(problem.types, problem.result, pairs, problem.constants, only=only)
    space = make_space(
        problem.dsl, problem.types, problem.result, constants, allowed=problem.allowed
    )
    return Enumeration(space, problem)


class Enumeration:
    """The search; `max_terms` is how many terms smaller than the program it keeps."""

    name = "enumeration"

    def __init__(self, space: Space, problem: Problem, *, max_terms: int = _MAX_TERMS):
        self.space = space
        self.problem = problem
        self.max_terms = max_terms
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()
        self._programs = 0
        self._executions = 0
        self._kept = 0
        self._terms: dict[tuple[Symbol, int], list[Term]] = {}
        shown = [v for row, out in zip(problem.inputs, problem.outputs) for v in (*row, out)]
        self._limits = working_limits(problem.limits, shown)
        self._same = same_function(problem.entry_result, problem.tolerance)
        self._misses = allowed_misses(problem.accuracy, len(problem.outputs))
        self._best: tuple[int, Candidate] | None = None
        self._steps = self._run()

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Go on to the next program that is right, or until the allowance is used up."""
        programs, executions = self._programs, self._executions
        found: list[Candidate] = []
        for hit in self._steps:
            if hit is not None:
                found.append(hit)
                break
            if allowance.is_spent(self._programs - programs, self._executions - executions):
                break
        else:
            self.exhausted = True
        return Batch(tuple(found), self._programs - programs, self._executions - executions)

    def tell(self, results: Told) -> None:
        """Nothing to learn."""

    def partial(self) -> tuple[Candidate, ...]:
        """The program that was right on most examples before it was wrong on one too many."""
        return () if self._best is None else (self._best[1],)

    # ------------------------------------------------------------------------------ terms

    def _run(self) -> Iterator[Candidate | None]:
        """The programs that are right; None now and then, to look at the clock."""
        root = self.space.symbol(self.space.top(self.problem.types), self.problem.result)
        for cost in range(1, _MAX_COST + 1):
            self.level = cost
            for term in self._of_cost(root, cost):
                if term is None:
                    yield None
                    continue
                yield self._tried(term, cost)
                if self._kept > self.max_terms:
                    self.notes = (f"stopped at cost {cost}: {self._kept:,} terms fill the memory",)
                    return

    def _of_cost(self, symbol: Symbol, cost: int) -> Iterator[Term | None]:
        """Every term of exactly that cost; those of smaller cost are kept, these are not."""
        for production in self.space.productions(symbol):
            left = cost - production.cost
            if not production.args:
                if left == 0:
                    yield _leaf(symbol, production)
                continue
            for split in splits(left, [1] * len(production.args)):
                for arg, share in zip(production.args, split, strict=True):
                    yield from self._fill(arg, share)
                cells = [
                    self._arguments(symbol, arg, share)
                    for arg, share in zip(production.args, split, strict=True)
                ]
                for args in product(*cells):
                    yield build_term(production, args)

    def _fill(self, symbol: Symbol, cost: int) -> Iterator[None]:
        """Build and keep the terms of that cost, unless they are there."""
        if (symbol, cost) in self._terms or cost < symbol.least:
            return
        made: list[Term] = []
        for term in self._of_cost(symbol, cost):
            if term is None:
                yield None
                continue
            made.append(term)
            self._kept += 1
            if self._kept % _LOOK == 0:
                yield None
            if self._kept > self.max_terms:
                break
        self._terms[symbol, cost] = made

    def _arguments(self, symbol: Symbol, arg: Symbol, cost: int) -> list[Term]:
        """The terms of that cost as arguments: bodies of lambdas become lambdas."""
        terms = self._terms.get((arg, cost), [])
        if arg.scope == symbol.scope:
            return terms
        return [Lambda(len(arg.scope.own), term) for term in terms if _is_body(arg, term)]

    # ---------------------------------------------------------------------------- running

    def _tried(self, term: Term, cost: int) -> Candidate | None:
        """The candidate of the term where it is right."""
        problem = self.problem
        candidate = problem.wrap(term, cost)
        self._programs += 1
        misses = passed = 0
        for row, expected in zip(problem.inputs, problem.outputs, strict=True):
            self._executions += 1
            found = interpret.run(candidate.program, row, problem.dsl, self._limits)
            if not isinstance(found, Failure) and self._same(found, expected):
                passed += 1
                continue
            misses += 1
            if misses > self._misses:
                if self._best is None or passed > self._best[0]:
                    self._best = (passed, candidate)
                return None
        return candidate


def _leaf(symbol: Symbol, production: Production) -> Term:
    if production.kind == "variable":
        return Var(len(symbol.scope.visible) - 1 - production.detail)
    return build_term(production, ())


def _is_body(body: Symbol, term: Term) -> bool:
    """Is it a body as the bottom-up search means it? Where results come back (fold), all
    parameters are used."""
    own = set(range(len(body.scope.own)))
    return not body.scope.feedback or own <= free_variables(term)
