"""A run on random values goes several ways at once: worlds, loops over them, and what fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from progsynth.lang.failure import Fail
from progsynth.lang.values import Value
from progsynth.lang.walk import Walk
from progsynth.neural.likelihood.distributions import (
    ABSENT,
    VOID,
    Leaf,
    NotExact,
    combine,
    leaf,
    world,
)
from progsynth.neural.likelihood.mixtures import Branch, mixture, moved
from progsynth.neural.likelihood.random_values import (
    Closure,
    Env,
    Sieve,
    filler,
    is_known,
    leaves_of,
    may_be_absent,
    random_parts,
)

Run = Callable[[Value, Env], Walk[Env]]  # (the value that is known here, what is seen here)
Turn = Callable[[Env, Any, Env], Walk[Env]]  # (state, item, environment) -> next state
Apply = Callable[[Closure, tuple[Any, ...]], Walk[Any]]


class Steps:
    """How much work may still be done: calls, turns, combinations by the fifty, branches by ten."""

    def __init__(self, most: int):
        self.most = self.left = most

    def take(self, count: int = 1) -> None:
        """Take some. Raises NotExact when there are no more."""
        self.left -= count
        if self.left < 0:
            raise NotExact(f"the program takes more than {self.most} steps")


class Branching:
    """The state of one run: `checks` must all be true for it to succeed.

    `apply` gives what a lambda gives of random arguments.
    """

    def __init__(self, apply: Apply, steps: Steps):
        self.apply = apply
        self.checks: list[Leaf] = []
        self.steps = steps

    def tick(self) -> None:
        """Count one step. Raises NotExact after the last."""
        self.steps.take()

    def split(self, on: Leaf, env: Env, run: Run) -> Walk[Env]:
        """What `run` gives for each value of the leaf, in the world where it has it, mixed."""
        branches = []
        outer = self.checks
        try:
            for value in on.different:
                if value is VOID:  # it has failed before; that is among the checks already
                    continue
                holds = on.codes == on.codes[on.values.index(value)]
                inside = world(on.source, holds)
                self.checks = []
                try:
                    seen = tuple([moved(v, on.source, inside, holds) for v in env])
                    values = yield run(value, seen)
                except Fail:
                    values = None
                branches.append(Branch(inside, values, tuple(self.checks)))
                self.steps.take(10 + inside.size // 50)
        finally:
            self.checks = outer
        found, succeeds = mixture(branches)
        sizes = {x.source: x.source.size for x in random_parts(found) if isinstance(x, Leaf)}
        self.steps.take(sum(sizes.values()) // 50)
        if isinstance(succeeds, Leaf):
            self.checks.append(succeeds)
        return found

    def over(self, items: Any, state: Env, env: Env, turn: Turn) -> Walk[Env]:
        """The state after a turn for each item of a list, which may be random itself."""
        if isinstance(items, Leaf):
            count = len(state)

            def run(known: Value, seen: Env) -> Walk[Env]:
                return self.over(known, seen[:count], seen[count:], turn)

            return (yield self.split(items, state + env, run))
        for item in items.items if isinstance(items, Sieve) else items:
            self.tick()
            if isinstance(items, Sieve) and may_be_absent(item):
                state = yield self.if_present(item, state, env, turn)
            else:
                state = yield turn(state, item, env)
        return state

    def if_present(self, item: Leaf, state: Env, env: Env, turn: Turn) -> Walk[Env]:
        """The state after the turn for an item that may be absent."""
        count = len(state)

        def run(present: Value, seen: Env) -> Walk[Env]:
            if present:
                return (yield turn(seen[:count], seen[-1], seen[count:-1]))
            return seen[:count]

        present = leaf(item.source, (v is not ABSENT for v in item.values))
        return (yield self.split(present, (*state, *env, item), run))

    def combined(self, args: Sequence[Any], step: Callable[[tuple[Value, ...]], Value]) -> Any:
        """What `step` gives of the values of arguments; where it fails, the program does."""
        if any(isinstance(a, Closure) and not is_known(a) for a in args):
            raise NotExact("a primitive is given a function of random values that it looks into")
        leaves = leaves_of(args)
        fill = filler(tuple(args), leaves)
        failed = []
        num_combinations = 0

        def guarded(given: tuple[Value, ...]) -> Value:
            nonlocal num_combinations
            num_combinations += 1
            try:
                return step(fill(given))
            except Fail:
                failed.append(True)
                return VOID

        found = combine(leaves, guarded) if leaves else step(fill(()))
        self.steps.take(num_combinations // 50)
        if failed and isinstance(found, Leaf):
            succeeds = leaf(found.source, (v is not VOID for v in found.values))
            assert isinstance(succeeds, Leaf), "a leaf that is all VOID raises Fail"
            self.checks.append(succeeds)
        return found
