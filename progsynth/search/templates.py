"""Small programs of usual shapes, tried before anything else.

Many tasks are one call, or two. These are tried first, by stages:

1. a call on parameters and constants;
2. a call with a lambda whose body is one call: a map, a filter, a fold;
3. a call over a call;
4. a call over one of stage 2, and then one of stage 2 over a call.

Conditionals, literals of lists and tuples and the items of tuples count as calls. A stage goes by
cost and has its share of the executions, so that none starves those behind it. What fits is
handed out like the candidates of any search; see `first` for putting this before another one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from progsynth.grammar.rules import Argument, Place, Rule, Scope
from progsynth.lang.types import Type
from progsynth.search.best_first_values import Closed, Workshop, closed_term
from progsynth.search.goal import allowed_misses, same_function, working_limits
from progsynth.search.kernels import FAIL
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.typed_rules import is_whole, rules_for

MAX_EXECUTIONS = 200_000
_DEAREST = 14  # cost of a program that is tried
_TICK = 64  # programs between looks at the clock
_PARTIAL = 5  # partial solutions that are handed out

Shelf = dict[int, list[Closed]]  # parts by their cost
Source = Callable[[int], Sequence[Closed]]  # the parts of a cost


@dataclass(frozen=True, slots=True)
class Stage:
    """Programs of one shape: calls with lambdas or without, on leaves, or on these and one part.

    `inner` names the stage that this part is from, '' for leaves only. Of a stage that is `kept`
    calls of all types are made, else those of the result's type. `until` is the share of all
    executions at which it ends.
    """

    name: str
    lambdas: bool
    inner: str
    kept: bool
    until: float


STAGES = (
    Stage("call", False, "", True, 0.1),
    Stage("map", True, "", True, 0.4),
    Stage("call over call", False, "call", False, 0.7),
    Stage("call over map", False, "map", False, 0.85),
    Stage("map over call", True, "call", False, 1.0),
)


def templates(*, max_executions: int = MAX_EXECUTIONS) -> Method:
    """The method: small programs only. It is soon exhausted, and no search for larger ones."""

    def method(problem: Problem, seed: int) -> Search:
        return Templates(problem, max_executions=max_executions)

    return method


class Templates:
    """The search; nothing in it is random. In a sketch it has nothing to try.

    `level` is the number of the stage it has come to.
    """

    name = "templates"

    def __init__(self, problem: Problem, *, max_executions: int = MAX_EXECUTIONS):
        self.problem = problem
        self.max_executions = max_executions
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()
        self.programs = 0
        shown = [v for row in problem.inputs for v in row] + list(problem.outputs)
        limits = working_limits(problem.limits, shown)
        rows, size = problem.inputs, len(problem.types)
        self.workshop = Workshop(problem.dsl, limits, rows, size, max_values=0)
        self.misses = allowed_misses(problem.accuracy, len(problem.outputs))
        self._same = same_function(problem.result, problem.tolerance)
        self._partial: dict[int, Closed] = {}
        self._kept: dict[str, dict[Type, Shelf]] = {}
        self._seen: set[tuple[Type, Hashable]] = set()
        self._bodies_of: dict[tuple[Argument, int], list[Closed]] = {}
        self._leaves_in: dict[tuple[Scope, Type], Shelf] = {}
        self._steps = self._run()

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Go on to the next program that is right, or until the allowance is used up."""
        before = self.programs, self.workshop.executions
        found: list[Candidate] = []
        for part in self._steps:
            if part is not None:
                found.append(self.problem.wrap(closed_term(part), part.cost))
                break
            executions = self.workshop.executions - before[1]
            if allowance.is_spent(self.programs - before[0], executions):
                break
        else:
            self.exhausted = True
        executions = self.workshop.executions - before[1]
        return Batch(tuple(found), self.programs - before[0], executions)

    def tell(self, results: Told) -> None:
        """Nothing to learn."""

    def partial(self) -> tuple[Candidate, ...]:
        """The programs that are right on most examples."""
        ranked = sorted(self._partial.items(), key=lambda item: -item[0].bit_count())
        return tuple(
            self.problem.wrap(closed_term(part), part.cost) for _, part in ranked[:_PARTIAL]
        )

    # --------------------------------------------------------------------------- stages

    def _run(self) -> Iterator[Closed | None]:
        """What is right, as it is found; ticks now and then."""
        if not is_whole(self.problem):
            return
        self.rules = rules_for(self.problem, max_lets=0)
        self.top = self.rules.root.scope
        for cost in range(1, _DEAREST):
            yield from filter(self._is_right, self._leaves(self.top, self.problem.result, cost))
        for self.level, stage in enumerate(STAGES, 1):
            limit = int(stage.until * self.max_executions)
            for part in self._stage(stage):
                if part is None:
                    yield None
                    if self.workshop.executions >= limit:
                        break
                elif part.rule.result == self.problem.result and self._is_right(part):
                    yield part

    def _stage(self, stage: Stage) -> Iterator[Closed | None]:
        """The parts of a stage in order of cost, of equal ones the first; ticks now and then."""
        kept = self._kept.setdefault(stage.name, {})
        goal = self.problem.result
        types = list(self.rules.by_type) if stage.kept else [goal]
        rules = [
            rule
            for type_ in types
            for rule in self.rules.fixed(Place(type_, self.top))
            if rule.args and rule.takes_functions == stage.lambdas
        ]
        choices = [(rule, one) for rule in rules for one in self._sources(stage, rule)]
        for cost in range(2, _DEAREST + 1):
            for rule, sources in choices:
                for args in _combinations(sources, cost - rule.cost):
                    if not self.programs % _TICK:
                        yield None
                    self.programs += 1
                    if not stage.inner and _is_mirrored(rule, args):
                        continue
                    part = self.workshop.close(rule, args, self.top, self.workshop.env)
                    if self._is_new(part):
                        if stage.kept:
                            kept.setdefault(rule.result, {}).setdefault(cost, []).append(part)
                        yield part

    def _is_new(self, part: Closed) -> bool:
        """Does it give something, and nothing that a part of its type gave before? What is right
        is always new: it may differ where no example is."""
        row = part.row
        if row is None or part.fails.bit_count() == len(row):
            return False
        if part.rule.result == self.problem.result and self._is_right(part):
            return True
        known = len(self._seen)
        self._seen.add((part.rule.result, part.key))
        return len(self._seen) > known

    def _is_right(self, part: Closed) -> bool:
        assert part.row is not None, "a part outside lambdas has values"
        right = 0
        for place, (value, output) in enumerate(zip(part.row, self.problem.outputs, strict=True)):
            if value is not FAIL and self._same(value, output):
                right |= 1 << place
        if right:
            self._partial.setdefault(right, part)
        return len(part.row) - right.bit_count() <= self.misses

    # -------------------------------------------------------------------------- arguments

    def _sources(self, stage: Stage, rule: Rule) -> Iterator[list[Source]]:
        """Where a rule's arguments come from: for each way to choose the one that is no leaf."""
        plain: list[Source] = [
            partial(self._bodies, argument)
            if argument.is_lambda
            else partial(self._leaves, self.top, argument.type)
            for argument in rule.args
        ]
        if not stage.inner:
            yield plain
            return
        for place, argument in enumerate(rule.args):
            if not argument.is_lambda and not (rule.commutative and place):
                inner = partial(self._parts, stage.inner, argument.type)
                yield [*plain[:place], inner, *plain[place + 1 :]]

    def _parts(self, stage: str, type_: Type, cost: int) -> Sequence[Closed]:
        """The parts of that cost that a stage has made."""
        return self._kept[stage].get(type_, {}).get(cost, ())

    def _leaves(self, scope: Scope, type_: Type, cost: int) -> Sequence[Closed]:
        """The variables and constants of a type and cost."""
        shelf = self._leaves_in.get((scope, type_))
        if shelf is None:
            shelf = self._leaves_in[scope, type_] = {}
            for rule in self.rules.at(Place(type_, scope)):
                if not rule.args:
                    part = self.workshop.leaf(rule, scope, self.workshop.env)
                    shelf.setdefault(part.cost, []).append(part)
        return shelf.get(cost, ())

    def _bodies(self, argument: Argument, cost: int) -> Sequence[Closed]:
        """The bodies of a lambda that are one call, on one of its parameters at least."""
        found = self._bodies_of.get((argument, cost))
        if found is None:
            scope = self.top.inside(argument)
            found = self._bodies_of[argument, cost] = [
                self.workshop.close(rule, args, scope, self.workshop.env)
                for rule in self.rules.fixed(Place(argument.type, scope))
                if rule.args
                for args in self._leaves_for(rule, scope, cost - rule.cost)
                if any(arg.uses for arg in args) and not _is_mirrored(rule, args)
            ]
        return found

    def _leaves_for(self, rule: Rule, scope: Scope, cost: int) -> Iterator[tuple[Closed, ...]]:
        return _combinations([partial(self._leaves, scope, a.type) for a in rule.args], cost)


def _is_mirrored(rule: Rule, args: tuple[Closed, ...]) -> bool:
    """Is it the one of two mirror images of a call that is left out?"""
    return rule.commutative and args[1].number < args[0].number


def _combinations(sources: Sequence[Source], total: int) -> Iterator[tuple[Closed, ...]]:
    """The choices of one part of each source that cost so much together."""
    if len(sources) == 1:
        for part in sources[0](total):
            yield (part,)
        return
    for cost in range(1, total):
        parts = sources[0](cost)
        if parts:
            for rest in _combinations(sources[1:], total - cost):
                for part in parts:
                    yield (part, *rest)
