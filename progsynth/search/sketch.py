"""Filling the holes of a sketch.

One hole whose value is the program's: the sketch is run up to the hole, and the search is the
ordinary one, over the variables' values met there. Any other hole: its fillings are enumerated
in order of cost and tried in the running program. A hole that each run meets at most once has
one row an example, and fillings with equal rows are tried once; in loops and lambdas, and with
several holes, fillings are told apart by the whole program's results only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.evaluate import compare, grade
from progsynth.lang.failure import Fail, Failure, FailureKind, Limits
from progsynth.lang.primitive import DSL
from progsynth.lang.python import python_engine
from progsynth.lang.term import Const, Program, Term, const
from progsynth.lang.types import FLOAT, INT, Type
from progsynth.lang.values import Value, close
from progsynth.search.bank import Bank, Entry, splits
from progsynth.search.bottom_up import search_for
from progsynth.search.course import BottomUp
from progsynth.search.goal import Goal, allowed_misses, working_limits
from progsynth.search.holes import find_holes, probe
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.sketched import Row, Sketched, Spaces
from progsynth.search.space import Symbol
from progsynth.task import Example

_FLOATS = (0.0, 1.0, -1.0, 0.5, 2.0, 10.0, 0.1, 100.0)
_INTS = (*range(11), -1, 100)
_STEPS = 400  # of the search for numbers, before it begins again elsewhere


def search_sketch(
    program: Program,
    dsl: DSL,
    examples: Sequence[Example],
    *,
    tolerance: float = 1e-9,
    limits: Limits | None = None,
    constants: Sequence[int | float | bool | str] = (),
    accuracy: float = 1.0,
    spaces: Spaces | None = None,
) -> Search:
    """The search for fillings of the program's holes; that share of the examples has to be right.

    `spaces` are those of earlier sketches of the same DSL, to which those of this one are added:
    making one takes longer than a short search. Raises UnsupportedError for neural holes, and
    for a trainable number that is no number.
    """
    sites = find_holes(program, dsl)
    neural = next((site for site in sites if site.hole.kind == "neural"), None)
    if neural is not None:
        raise UnsupportedError(
            f"the sketch has a hole for a neural submodule, in '{neural.function}': this search "
            "fills expressions and numbers; solve puts a submodule there and trains it"
        )
    misses = allowed_misses(accuracy, len(examples))
    limits = limits or Limits()
    known = {} if spaces is None else spaces
    made = Sketched(
        program, sites, dsl, tuple(examples), tolerance, limits, constants, misses, known
    )
    if len(sites) == 1 and sites[0].tail and sites[0].hole.kind == "expression":
        met = _rows_met(made)
        if all(len(rows) == 1 for rows in met):
            return _result_search(made, [rows[0] for rows in met])
    return FillHoles(made)


def _rows_met(sketch: Sketched) -> list[list[Row]]:
    """What the variables of the only hole hold when it is met, on each example."""
    seen: list[Row] = []

    def watch(*values: Any) -> Any:
        seen.append(values)
        raise Fail(FailureKind.DOMAIN)

    program, dsl = probe(sketch.program, sketch.sites, sketch.dsl, [watch])
    run = python_engine.compile_program(program, dsl)
    met = []
    for example in sketch.examples:
        seen.clear()
        run.run([example.inputs], sketch.limits)
        met.append(list(seen))
    return met


def _result_search(sketch: Sketched, rows: Sequence[Row]) -> BottomUp:
    """The ordinary search, for a hole whose value is the program's."""
    (site,) = sketch.sites
    expected = tuple(e.output for e in sketch.examples)
    goal = Goal(site.visible, site.type, tuple(rows), expected, sketch.tolerance, sketch.misses)
    pairs = [Example(row, output) for row, output in zip(rows, expected, strict=True)]
    return search_for(
        sketch.space(site, pairs),
        sketch.dsl,
        goal,
        lambda term, cost: sketch.candidate([term], cost),
        limits=sketch.limits,
    )


class FillHoles:
    """Fillings of all holes in order of their cost together, each tried in the whole program."""

    name = "bottom_up"

    def __init__(self, sketch: Sketched, *, max_level: int = 40):
        self.sketch = sketch
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()
        self.max_level = max_level
        self._tried = 0  # fillings of the whole sketch
        self._ran = 0
        self._best: list[tuple[int, float, Candidate]] = []
        self._runs: list[Callable[..., Any]] = [_unset] * len(sketch.sites)
        hooks = [self._hook(n) for n in range(len(sketch.sites))]
        program, dsl = probe(sketch.program, sketch.sites, sketch.dsl, hooks)
        self._program = python_engine.compile_program(program, dsl)
        self._banks: list[Bank | None] = []
        self._levels: list[Levels | None] = []
        self._roots: list[Symbol] = []
        self._numbers: list[list[tuple[Term, int]]] = []
        self._prepare()
        self._steps = self._run()

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Search on to the next filling that is right, or until the allowance is used up."""
        before = self._used()
        found: tuple[Candidate, ...] = ()
        for candidate in self._steps:
            if candidate is not None:
                found = (candidate,)
                break
            programs, executions = self._used()
            if allowance.is_spent(programs - before[0], executions - before[1]):
                break
        else:
            self.exhausted = True
        programs, executions = self._used()
        return Batch(found, programs - before[0], executions - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn: what is proposed was right on the examples when it was tried."""

    def partial(self) -> tuple[Candidate, ...]:
        """The fillings that are right on most examples, and nearest on the others."""
        return tuple(candidate for _, _, candidate in self._best)

    def _used(self) -> tuple[int, int]:
        banks = [b for b in self._banks if b is not None]
        programs = self._tried + sum(b.programs for b in banks)
        return programs, self._ran + sum(b.executions for b in banks)

    # ---------------------------------------------------------------------- what is tried

    def _hook(self, number: int) -> Callable[..., Any]:
        def hook(*values: Any) -> Any:
            return self._runs[number](*values)

        return hook

    def _prepare(self) -> None:
        """A bank for each expression hole; for one that a run meets once, with its rows."""
        sketch = self.sketch
        once = len(sketch.sites) == 1 and sketch.sites[0].once
        for site in sketch.sites:
            space = sketch.space(site, sketch.pairs(site))
            top = space.top(site.visible)
            self._roots.append(space.symbol(top, site.type))
            if site.hole.kind == "param":
                self._banks.append(None)
                self._levels.append(None)
                self._numbers.append(_numbers(site.type, sketch.constants))
                continue
            rows: list[Row] = []
            if once and site.hole.kind == "expression":
                rows = [rows[0] for rows in _rows_met(sketch) if rows]
            shown = [v for e in sketch.examples for v in (*e.inputs, e.output)]
            bank = Bank(
                space,
                Kernels(sketch.dsl, working_limits(sketch.limits, shown)),
                top,
                rows,
                [list(zip(site.visible, row, strict=True)) for row in rows],
                merging=bool(rows),
                max_feedback=500_000,
            )
            self._banks.append(bank)
            self._levels.append(Levels(space, bank, self._roots[-1], keep_root=True))
            self._numbers.append([])

    def _run(self) -> Iterator[Candidate | None]:
        count = len(self.sketch.sites)
        if count == 0:
            yield from self._trial((), 0)
            return
        idle = 0
        for level in range(count, self.max_level + 1):
            self.level = level
            for levels in self._levels:
                if levels is not None:
                    for _ in levels.fill(level - count + 1):
                        yield None
            before = self._tried
            for split in splits(level, [1] * count):
                for chosen in product(*[self._choices(n, cost) for n, cost in enumerate(split)]):
                    yield from self._trial(chosen, level)
            idle = 0 if self._tried > before else idle + 1
            done = [lv.finished(level - count + 1) for lv in self._levels if lv is not None]
            if all(done) and idle > max((c for some in self._numbers for _, c in some), default=1):
                break
        if any(s.hole.kind == "param" and s.type == FLOAT for s in self.sketch.sites):
            yield from self._tune()

    def _choices(self, number: int, cost: int) -> list[tuple[Term | Entry, int]]:
        bank = self._banks[number]
        if bank is None:
            return [(term, c) for term, c in self._numbers[number] if c == cost]
        return [(entry, cost) for entry in bank.shelf(self._roots[number]).cell(cost)]

    def _trial(
        self, chosen: Sequence[tuple[Term | Entry, int]], cost: int
    ) -> Iterator[Candidate | None]:
        for number, (filling, _) in enumerate(chosen):
            self._runs[number] = self._callable(number, filling)
        examples = self.sketch.examples
        self._tried += 1
        outputs = []
        passed = 0
        for example in examples:
            self._ran += 1
            (output,) = self._program.run([example.inputs], self.sketch.limits)
            outputs.append(output)
            passed += self._right(example.output, output)
            if passed < 1 and len(outputs) > self.sketch.misses and self._best:
                break  # wrong where it matters most: not even the best so far
        if len(outputs) == len(examples) and passed >= len(examples) - self.sketch.misses:
            yield self._candidate(chosen, cost)
        elif len(outputs) == len(examples):
            self._remember(chosen, cost, outputs)
        if not self._tried & 15:
            yield None

    def _callable(self, number: int, filling: Term | Entry) -> Callable[..., Any]:
        bank = self._banks[number]
        if bank is None:
            assert isinstance(filling, Const)
            value = filling.value
            return lambda: value
        assert isinstance(filling, Entry)
        run = bank.runner(self._roots[number].scope, filling)
        return lambda *values: run(values)

    def _right(self, expected: Value, output: Value | Failure) -> bool:
        return not isinstance(output, Failure) and close(expected, output, self.sketch.tolerance)

    def _candidate(self, chosen: Sequence[tuple[Term | Entry, int]], cost: int) -> Candidate:
        terms = []
        for number, (filling, _) in enumerate(chosen):
            bank = self._banks[number]
            if isinstance(filling, Entry):
                assert bank is not None
                filling = bank.term(self._roots[number].scope, filling)
            terms.append(filling)
        return self.sketch.candidate(terms, cost)

    def _remember(
        self, chosen: Sequence[tuple[Term | Entry, int]], cost: int, outputs: list[Any]
    ) -> float:
        """Keep it if it is the best so far; returns its error."""
        expected = [e.output for e in self.sketch.examples]
        result = self.sketch.program.entry.result
        found = compare(expected, outputs, result, tolerance=self.sketch.tolerance)
        if not self._best or (found.passed, -found.error) > (self._best[0][0], -self._best[0][1]):
            self._best = [(found.passed, found.error, self._candidate(chosen, cost))]
        return found.error

    # ---------------------------------------------------------------------- numbers

    def _tune(self) -> Iterator[Candidate | None]:
        """Real numbers by pattern search on the graded error, the other holes as in the best.

        Each number in turn moves by its step, which grows where that helps and shrinks else.
        """
        if not self._best:
            return
        terms: list[Term] = [f.term for f in self._best[0][2].filled]
        places = [
            n
            for n, site in enumerate(self.sketch.sites)
            if site.hole.kind == "param" and site.type == FLOAT
        ]
        if any(bank is not None for bank in self._banks):
            return  # expressions are enumerated to the end; their numbers come with them
        point = [float(t.value) for n in places if isinstance(t := terms[n], Const)]
        steps = [max(1.0, abs(x)) for x in point]
        error = self._error(terms, places, point)
        while max(steps) > 0.0 and error > 0.0:
            moved = False
            for axis in range(len(point)):
                for direction in (1.0, -1.0):
                    trial = list(point)
                    trial[axis] += direction * steps[axis]
                    found = self._error(terms, places, trial)
                    if found < error:
                        point, error, moved = trial, found, True
                        steps[axis] *= 2.0
                        break
                else:
                    steps[axis] *= 0.5
                yield None
            if not moved and all(abs(x) + s == abs(x) for x, s in zip(point, steps, strict=True)):
                break
        chosen = [(self._with(terms, places, point)[n], 1) for n in range(len(terms))]
        yield from self._trial(chosen, len(terms))

    def _with(self, terms: list[Term], places: list[int], point: list[float]) -> list[Term]:
        made = list(terms)
        for place, value in zip(places, point, strict=True):
            made[place] = const(value)
        return made

    def _error(self, terms: list[Term], places: list[int], point: list[float]) -> float:
        chosen = [(term, 1) for term in self._with(terms, places, point)]
        for number, (filling, _) in enumerate(chosen):
            self._runs[number] = self._callable(number, filling)
        self._tried += 1
        self._ran += len(self.sketch.examples)
        rows = [e.inputs for e in self.sketch.examples]
        outputs = self._program.run(rows, self.sketch.limits)
        self._remember(chosen, len(terms), outputs)
        return self._misfit(outputs)

    def _misfit(self, outputs: Sequence[Value | Failure]) -> float:
        """The sum of squares: the sum of errors has edges on which a pattern search sticks."""
        result = self.sketch.program.entry.result
        total = 0.0
        for example, output in zip(self.sketch.examples, outputs, strict=True):
            if isinstance(output, Failure):
                return math.inf
            total += grade(result, example.output, output) ** 2
        return total


def _unset(*_: Any) -> Any:
    raise AssertionError("a hole is run before it is filled")


def _numbers(type_: Type, given: Sequence[int | float | bool | str]) -> list[tuple[Term, int]]:
    """The numbers tried for a trainable one, with their costs: the task's own first."""
    if type_ not in (INT, FLOAT):
        raise UnsupportedError(
            f"a hole for a trainable number has the type {type_}: expected float or int; "
            "write ?? for an expression"
        )
    plain = _INTS if type_ == INT else _FLOATS
    wanted = int if type_ == INT else float
    own = [v for v in given if type(v) is wanted]
    ranked = dict.fromkeys([*own, *plain])
    return [(const(v), 1 + place // 4) for place, v in enumerate(ranked)]
