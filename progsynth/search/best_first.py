"""Best-first search (A*): programs in the order of their cost under a guide.

A partial program has holes; the leftmost is filled first, with the rules of its type in the
order of what they cost together with the least that must follow (`best_first_chart`). The
frontier holds, for each partial program, its next choice only: when that is taken, the one after
it takes its place. So programs come in order of cost, each once.

What makes it a search, and not only an enumeration, is what is pruned. A part without holes is
run at once (`best_first_values`); it is dropped where it fails, or is wrong, on an example on
which nothing that follows can mend it (`best_first_aims`), and where a part of equal values
stood at the same spot before at no higher cost: that one leads to a program no dearer that does
the same. Of bodies of lambdas, whose arguments are not known, only mirror images are dropped.
"""

from __future__ import annotations

import heapq
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from progsynth.grammar.guide import GrammarGuide, Guide, Policy, Question
from progsynth.grammar.rules import Rules
from progsynth.lang.term import Term
from progsynth.lang.types import Type
from progsynth.search.best_first_aims import NOTHING, Aim, aim_of_argument, meets
from progsynth.search.best_first_batch import BatchRunner
from progsynth.search.best_first_chart import Chart, Choice, Spot
from progsynth.search.best_first_values import Closed, Env, Workshop, closed_term
from progsynth.search.goal import allowed_misses, same_function, working_limits
from progsynth.search.kernels import FAIL
from progsynth.search.problem import Method, Problem
from progsynth.search.run import Allowance, Batch, Candidate, Search, Told
from progsynth.search.typed_rules import is_whole, rules_for

MAX_FRONTIER = 400_000  # partial programs, of about a kilobyte each
MAX_VALUES = 400_000  # closed parts that are remembered
_KEPT = 0.75  # of a frontier that is full
_TICK = 64  # expansions between looks at the clock
_PARTIAL = 5  # partial solutions that are handed out


class Hole:
    """The next hole of a partial program, and all that is known around it.

    `cost` is that of the rules taken so far, `rest` the least cost of the holes after this one.
    `frame` is the rule that it is an argument of; None for the whole program.
    """

    __slots__ = ("aim", "cost", "env", "frame", "rest", "spot")

    def __init__(
        self, spot: Spot, frame: Frame | None, env: Env, aim: Aim, cost: float, rest: float
    ):
        self.spot = spot
        self.frame = frame
        self.env = env
        self.aim = aim
        self.cost = cost
        self.rest = rest


class Frame:
    """A rule taken at a hole, with those of its arguments that are closed."""

    __slots__ = ("choice", "done", "hole")

    def __init__(self, choice: Choice, done: tuple[Closed, ...], hole: Hole):
        self.choice = choice
        self.done = done
        self.hole = hole


def best_first(
    guide: Guide | None = None,
    *,
    prune: bool = True,
    max_frontier: int = MAX_FRONTIER,
    max_values: int = MAX_VALUES,
    max_lets: int = 1,
) -> Method:
    """The method for `solve(task, search=...)`: best-first under the guide.

    None is that of the problem, or a grammar that has seen no programs: a prior by kinds of rules
    and costs of primitives. Without `prune` every program is proposed to the examples, which is
    for tests. `max_frontier` and `max_values` bound the memory; a frontier that is full drops its
    dearest.
    """

    def method(problem: Problem, seed: int) -> Search:
        rules = rules_for(problem, max_lets=max_lets)
        question = Question(problem.types, problem.result, problem.inputs, problem.outputs)
        policy = (guide or problem.guide or GrammarGuide()).policy(question, rules)
        return BestFirst(
            problem, rules, policy, prune=prune, max_frontier=max_frontier, max_values=max_values
        )

    return method


class BestFirst:
    """The search; nothing in it is random.

    `expansions` counts the partial programs taken from the frontier, `programs` those completed.
    An expansion counts as one execution, beside those of parts on examples: so a budget of
    executions ends even where nothing new is left to run.
    `level` is the cost that all programs tried so far stay below, in nats, rounded down.
    """

    name = "best_first"

    def __init__(
        self,
        problem: Problem,
        rules: Rules,
        policy: Policy,
        *,
        prune: bool = True,
        max_frontier: int = MAX_FRONTIER,
        max_values: int = MAX_VALUES,
    ):
        self.problem = problem
        self.prune = prune
        self.max_frontier = max_frontier
        self.chart = Chart(rules, policy)
        self.expansions = self.programs = 0
        self.reached = 0.0
        self.exhausted = False
        self.misses = allowed_misses(problem.accuracy, len(problem.outputs))
        shown = [v for row in problem.inputs for v in row] + list(problem.outputs)
        limits = working_limits(problem.limits, shown)
        whole = is_whole(problem)
        rows = problem.inputs if whole else None
        size = len(problem.types)
        self.workshop = Workshop(problem.dsl, limits, rows, size, max_values=max_values)
        self.batches = None if whole else BatchRunner(problem)
        self._same: dict[Type, Callable[[Any, Any], bool]] = {}
        self._dropped = math.inf
        self._remembered = 0
        self._told: set[Term] = set()
        self._partial: dict[int, Closed] = {}
        self._numbers = 0
        self._frontier: list[tuple[float, int, int, Hole]] = []
        self._steps = self._run()
        self._push(Hole(self.chart.root, None, self.workshop.env, self._aim(), 0.0, 0.0), 0)

    def _aim(self) -> Aim:
        """What is wanted of the whole program."""
        if not self.prune or not self.workshop.known_rows:
            return NOTHING
        wanted = None if self.misses else tuple(self.problem.outputs)
        return Aim((1 << len(self.problem.outputs)) - 1, wanted)

    @property
    def level(self) -> int:
        """The cost that it has come to, rounded down."""
        return int(self.reached)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the programs was left out for want of memory."""
        made = []
        if self._dropped < math.inf:
            made.append(
                f"the frontier was full at {self.max_frontier} partial programs: of those that "
                f"cost {self._dropped:.1f} and more some were dropped"
            )
        if self.workshop.full:
            made.append(
                f"{self.workshop.max_values} values are remembered: parts met later are not "
                "compared with each other"
            )
        return tuple(made)

    # ------------------------------------------------------------------------- protocol

    def ask(self, allowance: Allowance) -> Batch:
        """Search on to the next program that is right, or until the allowance is used up."""
        before = self.programs, self._executions()
        found: list[Candidate] = []
        for hits in self._steps:
            found += hits
            spent = self.programs - before[0], self._executions() - before[1]
            if found or allowance.is_spent(*spent):
                break
        else:
            self.exhausted = True
        return Batch(tuple(found), self.programs - before[0], self._executions() - before[1])

    def tell(self, results: Told) -> None:
        """Nothing to learn: a candidate that fails in an engine broke a limit, and is gone."""

    def partial(self) -> tuple[Candidate, ...]:
        """The complete programs that are right on most examples."""
        known = {right: self._candidate(part) for right, part in self._partial.items()}
        known |= self.batches.partial if self.batches else {}
        ranked = sorted(known, key=lambda right: -right.bit_count())
        return tuple(known[right] for right in ranked[:_PARTIAL])

    def complete(self) -> Iterator[tuple[float, Closed]]:
        """Every complete program with its cost, in order: the search without its question."""
        while self._frontier:
            found = self._expand()
            if found is not None:
                yield found

    def _executions(self) -> int:
        whole = self.batches.executions if self.batches else 0
        return self.expansions + self.workshop.executions + whole

    def _candidate(self, part: Closed) -> Candidate:
        return self.problem.wrap(closed_term(part), part.cost)

    # ------------------------------------------------------------------------- the search

    def _run(self) -> Iterator[list[Candidate]]:
        """The candidates that are right as they are found; ticks now and then."""
        while self._frontier:
            found = self._expand()
            hits = self._hits(found[1]) if found is not None else []
            if hits or not self.expansions % _TICK:
                yield hits
        if self.batches is not None:
            yield self.batches.flush()

    def _hits(self, part: Closed) -> list[Candidate]:
        """The candidates to hand out, now that this program is complete."""
        if self.batches is not None:
            return self.batches.add(self._candidate(part))
        if not self._is_right(part):
            return []
        term = closed_term(part)
        if term in self._told:  # the same term at other types
            return []
        self._told.add(term)
        return [self.problem.wrap(term, part.cost)]

    def _is_right(self, part: Closed) -> bool:
        assert part.row is not None, "a whole program uses no variables of lambdas"
        same, right = self._comparison(self.problem.result), 0
        for place, (value, output) in enumerate(zip(part.row, self.problem.outputs, strict=True)):
            if value is not FAIL and same(value, output):
                right |= 1 << place
        if right:
            self._partial.setdefault(right, part)
        return len(part.row) - right.bit_count() <= self.misses

    def _comparison(self, type_: Type) -> Callable[[Any, Any], bool]:
        found = self._same.get(type_)
        if found is None:
            found = self._same[type_] = same_function(type_, self.problem.tolerance)
        return found

    def _push(self, hole: Hole, number: int) -> None:
        """Put a choice at a hole into the frontier; of a full frontier drop the dearest."""
        choices = hole.spot.choices
        if number >= len(choices):
            return
        self._numbers += 1
        estimate = hole.cost + hole.rest + choices[number].total
        heapq.heappush(self._frontier, (estimate, self._numbers, number, hole))
        if len(self._frontier) > self.max_frontier:
            self._frontier.sort()
            kept = max(1, int(_KEPT * self.max_frontier))
            self._dropped = min(self._dropped, self._frontier[kept][0])
            del self._frontier[kept:]

    def _expand(self) -> tuple[float, Closed] | None:
        """Take the best choice of the frontier; gives the program that it completes, if any."""
        self.reached, _, number, hole = heapq.heappop(self._frontier)
        self.expansions += 1
        self._push(hole, number + 1)
        choice = hole.spot.choices[number]
        cost = hole.cost + choice.cost
        if choice.rule.args:
            if self.prune and is_undone(choice, hole):
                return None
            self._open(Frame(choice, (), hole), cost)
            return None
        place = hole.spot.place
        part = choice.leaf
        if part is None:
            part = self.workshop.leaf(choice.rule, place.scope, hole.env)
            if not hole.env.number:
                choice.leaf = part
        complete = self._close(hole, part, cost)
        return None if complete is None else (cost, complete)

    def _open(self, frame: Frame, cost: float) -> None:
        """Put the next argument of a frame into the frontier, unless it cannot be right."""
        choice, hole, number = frame.choice, frame.hole, len(frame.done)
        spots = self.chart.inside(hole.spot, choice)
        aim = aim_of_argument(choice.rule, number, hole.aim, frame.done) if self.prune else NOTHING
        if aim is None:
            return
        env = hole.env
        if choice.rule.kind == "let" and number:
            env = self.workshop.bound(frame.done[0], spots[1].place.scope, env)
        rest = hole.rest + choice.after[number + 1]
        self._push(Hole(spots[number], frame, env, aim, cost, rest), 0)

    def _close(self, hole: Hole, part: Closed, cost: float) -> Closed | None:
        """Put a closed part into its hole, and close what this completes.

        Gives the program where nothing is open any more; None where there is another hole, now
        in the frontier, or where the part is pruned.
        """
        while True:
            frame = hole.frame
            self.programs += frame is None
            if self.prune and not self._stays(hole, part, cost - hole.cost):
                if frame is None and part.row is not None:
                    self._is_right(part)  # to be remembered as a partial solution
                return None
            if frame is None:
                return part
            done = (*frame.done, part)
            rule = frame.choice.rule
            if self.prune and is_idle(frame.choice, done):
                return None
            if len(done) < len(rule.args):
                self._open(Frame(frame.choice, done, frame.hole), cost)
                return None
            hole = frame.hole
            part = self.workshop.close(rule, done, hole.spot.place.scope, hole.env)

    def _stays(self, hole: Hole, part: Closed, cost: float) -> bool:
        """Is the part worth to be kept in that hole?"""
        row = part.row
        if row is None:
            return True
        if row and part.fails.bit_count() == len(row):
            return False
        aim = hole.aim
        same = operator.eq if aim.wanted is None else self._comparison(part.rule.result)
        if not meets(part, aim, self.misses, same):
            return False
        firsts = hole.spot.firsts
        key = (hole.env.number, part.key)
        first = firsts.get(key)
        if first is None:
            if self._remembered < self.workshop.max_values:
                self._remembered += 1
                firsts[key] = (cost, part.number)
        elif first[1] != part.number:
            if first[0] <= cost:
                return False
            firsts[key] = (cost, part.number)
        return True


def is_undone(choice: Choice, hole: Hole) -> bool:
    """Would the rule make what the one above takes apart again: an item of a tuple's literal?"""
    if choice.rule.kind != "tuple" or hole.frame is None:
        return False
    return hole.frame.choice.rule.kind == "project"


def is_idle(choice: Choice, done: tuple[Closed, ...]) -> bool:
    """Does the last of the closed arguments make the rule one that another rule spares?

    The mirror image of a commutative call, two equal branches, a condition that always holds or
    never does, a let of a leaf.
    """
    rule, last = choice.rule, done[-1]
    if len(done) == 2:
        if rule.commutative:
            # the first of the two that was met stands first, where both sides cost the same
            return done[1].number < done[0].number and choice.spots[0] is choice.spots[1]
        return rule.kind in ("and", "or") and done[0] is last
    if len(done) == 3:
        return rule.kind == "if" and done[1] is last
    if rule.kind == "let":
        return not last.rule.args
    if rule.kind in ("if", "and", "or") and last.row:
        found = [value for value in last.row if value is not FAIL]
        return all(found) or not any(found)
    return False
