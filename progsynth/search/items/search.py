"""Programs that treat each item of a list by itself, found by what one item comes to.

A text may be made of a piece for each character, a number of what each pair of neighbours adds.
No output shows a piece or what is added; but where a function of the item alone decides it, many
outputs together determine it (`pieces`, `system`). Then the lambda is a problem of its own, with
an example for each item, and it is searched for as whole programs are: bottom-up, with decisions
between programs that are right on some of the items.

What is gone over are the cheap lists of the parameters, what is made so are the goals behind the
goal (`backward.goals`): the number within a text, a component of a tuple. It is tried soon, and
soon over where no list goes with the outputs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from progsynth.lang.term import Function, Lambda, Program, Term, Var, bind
from progsynth.lang.types import Type
from progsynth.lang.values import identity_key
from progsynth.search.backward.goals import Goals, Solution, Subgoal, lacking
from progsynth.search.bottom_up import goal_of
from progsynth.search.fast.method import fast_bottom_up
from progsynth.search.items.calls import Shape, part_of, shapes
from progsynth.search.items.lists import Listed, Lists, choices
from progsynth.search.items.wishes import Numbered, Wish, body_type
from progsynth.search.loops.terms import outer_places
from progsynth.search.nested import gives
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.typed_rules import is_whole

MAX_EXECUTIONS = 1_200_000
_BODIES = 8  # that are searched for
_SHARE = 0.3  # of the examples, whose items' values are all known
_SLICE = 50_000  # executions of one turn
_FOUND = 6  # of one body that do not make the whole right; then its search ends
_DEPTH = 2  # of the goals that calls are looked for
_BYTES = 1 << 27  # that the bank of one search may take


def items(*, max_executions: int = MAX_EXECUTIONS, wait: bool = True) -> Method:
    """The method: programs that treat items by themselves. It is soon exhausted.

    With `wait` it compiles the kernels of the search for bodies first, where they are not on disk.
    """

    def method(problem: Problem, seed: int) -> Search:
        return Items(problem, seed, max_executions=max_executions, wait=wait)

    return method


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A call that a body is for, without it: what it gives, the lists that it goes over, the
    parameters that its lambda sees, and its cost. The body sees the first `parts` items of an
    item, or where that is 0 the item itself."""

    target: Subgoal
    shape: Shape
    lists: tuple[Term, ...]
    parts: tuple[int, ...]
    kept: tuple[int, ...]
    num_params: int
    cost: int

    def call(self, term: Term) -> Term:
        """The call of a body."""
        own = len(self.lists)
        seen: list[Term] = [Var(own + self.num_params - 1 - p) for p in self.kept]
        for place, parts in enumerate(self.parts):
            item = Var(own - 1 - place)
            seen += [part_of(item, i) for i in range(parts)] or [item]
        return self.shape.make(Lambda(own, bind(term, tuple(seen))), self.lists)


@dataclass(eq=False)
class Body:
    """A body that is wanted, for one call or several, and its search once it has begun."""

    problem: Problem
    uses: list[Use]
    share: float  # of the examples whose items' values are all known
    search: Search | None = None
    executions: int = 0
    found: int = 0

    @property
    def weight(self) -> float:
        """How little it is worth: one in so many of the executions."""
        costs = (use.cost + len(use.kept) + use.target.depth for use in self.uses)
        return float(2 ** min(costs)) / self.share

    @property
    def is_over(self) -> bool:
        """Is nothing more to be had of it?"""
        over = self.search is not None and self.search.exhausted
        return over or self.found >= _FOUND


class Items:
    """The search; `bodies` are those that are looked for, known once it has begun.

    In a sketch it has nothing to try.
    """

    name = "items"

    def __init__(
        self,
        problem: Problem,
        seed: int = 0,
        *,
        max_executions: int = MAX_EXECUTIONS,
        wait: bool = True,
    ):
        self.problem, self.seed = problem, seed
        self.max_executions = max_executions
        self.exhausted = False
        self.level = 0
        self.notes: tuple[str, ...] = ()
        self.bodies: list[Body] | None = None
        self.programs = self._tried = 0
        self._lists: Lists | None = None
        self._make = fast_bottom_up(max_bytes=_BYTES, wait=wait)
        self._allowance = Allowance(0, None)
        self._steps = self._run()

    def ask(self, allowance: Allowance) -> Batch:
        """Go on to the next program that is right, or until the allowance is used up."""
        before = self.programs, self.executions
        found: list[Candidate] = []
        self._allowance = allowance
        for one in self._steps:
            programs, executions = self.programs - before[0], self.executions - before[1]
            if one is not None:
                found.append(one)
                break
            if self.executions >= self.max_executions:
                self.exhausted = True
                break
            if allowance.is_spent(programs, executions):
                break
            left = None if allowance.executions is None else allowance.executions - executions
            rest = None if allowance.programs is None else allowance.programs - programs
            self._allowance = replace(allowance, executions=left, programs=rest)
        else:
            self.exhausted = True
        return Batch(tuple(found), self.programs - before[0], self.executions - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn."""

    def partial(self) -> tuple[Candidate, ...]:
        """None: a program is right, or it is not proposed."""
        return ()

    @property
    def executions(self) -> int:
        """What was run so far: of the lists at hand, of bodies, and of whole programs."""
        return self._tried + (0 if self._lists is None else self._lists.executions)

    # -------------------------------------------------------------------------- finding

    def _run(self) -> Iterator[Candidate | None]:
        problem = self.problem
        if not is_whole(problem) or not problem.inputs or problem.neural or problem.accuracy < 1:
            return
        lists = self._lists = Lists(problem, self.seed)
        space = lists.space
        root = space.symbol(space.top(problem.types), problem.result)
        goals = Goals(space, problem.dsl, root, problem.outputs, 1.0)
        known: dict[Hashable, Body] = {}
        for body in wanted(problem, lists, goals):
            if body is not None:
                _join(known.setdefault(_key(body), body), body)
            yield None
        self.bodies = sorted(known.values(), key=lambda body: body.weight)[:_BODIES]
        while any(not body.is_over for body in self.bodies):
            yield from self._turn(goals)

    def _turn(self, goals: Goals) -> Iterator[Candidate | None]:
        """Go on with the body that has had least."""
        assert self.bodies is not None
        body = min(
            (body for body in self.bodies if not body.is_over),
            key=lambda body: (_SLICE + body.executions) * body.weight,
        )
        if body.search is None:
            body.search = self._make(body.problem, self.seed)
        most = self._allowance.executions
        bound = _SLICE if most is None else max(1, min(_SLICE, most))
        batch = body.search.ask(replace(self._allowance, executions=bound))
        self.programs += batch.programs
        self._tried += batch.executions
        body.executions += max(1, batch.executions)
        for candidate in batch.candidates:
            yield from self._put(body, candidate, goals)
        yield None

    def _put(self, body: Body, candidate: Candidate, goals: Goals) -> Iterator[Candidate]:
        """What the body makes right of the whole."""
        problem = self.problem
        body.found += 1
        known = [solution.term for solution in goals.root.solutions]
        for use in body.uses:
            term, cost = use.call(candidate.program.entry.body), use.cost + candidate.cost
            self._tried += len(problem.inputs)
            if gives(term, goal_of(problem), use.target, problem.dsl, problem.limits):
                use.target.add(Solution(cost, term, lacking(use.target, cost)))
        goals.together()
        for solution in goals.root.solutions:
            if solution.term not in known:
                yield problem.wrap(solution.term, solution.cost)


# ------------------------------------------------------------------------------- what is wanted


def wanted(problem: Problem, lists: Lists, goals: Goals) -> Iterator[Body | None]:
    """The bodies whose values on items the outputs say; None now and then."""
    known = shapes(problem.dsl, texts=lists.space.forms.constants is None)
    asked = [goal for goal in goals.all if goal.depth <= _DEPTH]
    for chosen in choices(lists.all()):
        for kept in _kept(problem, chosen):
            numbered = _numbered(problem, chosen, kept)
            for goal, shape in product(asked, known):
                type_ = body_type(shape.kind, goal.symbol.type)
                if type_ is None or shape.num_lists != len(chosen):
                    continue
                found = numbered.wish(shape.kind, goal.wanted)
                if found is not None and found.share >= _SHARE:
                    yield _body(problem, goal, shape, type_, chosen, kept, found)
            yield None


def _kept(problem: Problem, chosen: Sequence[Listed]) -> Iterator[tuple[int, ...]]:
    """The parameters that a body may see: none, those that no list is made of, all."""
    used = frozenset().union(*(one.params for one in chosen))
    total = range(len(problem.types))
    yield from dict.fromkeys(((), tuple(p for p in total if p not in used), tuple(total)))


def _numbered(problem: Problem, chosen: Sequence[Listed], kept: Sequence[int]) -> Numbered:
    lists = zip(*(one.seen for one in chosen), strict=True)
    outer = [tuple(row[p] for p in kept) for row in problem.inputs]
    items = ([sum(args, ()) for args in zip(*some, strict=False)] for some in lists)
    return Numbered(outer, list(items))


def _body(
    problem: Problem,
    goal: Subgoal,
    shape: Shape,
    result: Type,
    chosen: tuple[Listed, ...],
    kept: tuple[int, ...],
    found: Wish,
) -> Body:
    count = len(problem.types)
    places = outer_places(count, range(count))
    types = (*(problem.types[p] for p in kept), *(type_ for one in chosen for type_ in one.types))
    cost = shape.cost + sum(one.made.cost for one in chosen)
    terms = tuple(one.made.placed(places) for one in chosen)
    parts = tuple(one.parts for one in chosen)
    use = Use(goal, shape, terms, parts, kept, count, cost)
    return Body(_problem(problem, types, result, found), [use], found.share)


def _join(body: Body, other: Body) -> None:
    """Let the body be for the calls of another too."""
    if body is not other:
        body.uses += other.uses
        body.share = max(body.share, other.share)


def _key(body: Body) -> Hashable:
    """What two bodies share that are one, whatever calls they are for."""
    pairs = zip(body.problem.inputs, body.problem.outputs, strict=True)
    return body.problem.types, body.problem.result, frozenset(map(identity_key, pairs))


def _problem(whole: Problem, types: tuple[Type, ...], result: Type, found: Wish) -> Problem:
    """The problem of a body: an example for each setting."""
    return replace(
        whole,
        types=types,
        result=result,
        inputs=found.settings,
        outputs=found.values,
        wrap=partial(_alone, types, result),
        entry_types=types,
        entry_result=result,
        error=None,
        seeds=(),
    )


def _alone(types: tuple[Type, ...], result: Type, term: Term, cost: int) -> Candidate:
    names = tuple(f"x{place}" for place in range(len(types)))
    return Candidate(Program((Function("f", names, types, result, term),)), cost)
