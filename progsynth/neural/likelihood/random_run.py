"""A program run once on random values, in place of once on each of their combinations.

Operations on known values are carried out; on random ones they combine distributions. Operations
that cannot look into what they handle (a list's items, a table's values: what their signature
calls `a`) are carried out on random items as they are. Where a program branches on a random
value, each branch is run in the world in which it is taken, and what comes of the branches is
mixed. So `for`, `while`, `fold` and the functions of a prelude need no rules of their own.

Fuel and cells are not counted: a program that the limits would stop is taken to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from progsynth.errors import UnsupportedError
from progsynth.lang.failure import Fail
from progsynth.lang.interpret import build, run_primitive, several
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    Const,
    For,
    Function,
    If,
    Lambda,
    Let,
    Program,
    Project,
    Term,
    Values,
    Var,
    While,
)
from progsynth.lang.types import Type
from progsynth.lang.values import Value, entry_types, equal
from progsynth.lang.walk import Walk, walk
from progsynth.neural.likelihood.distributions import (
    ABSENT,
    VOID,
    Leaf,
    NotExact,
    combine,
    leaf,
    world,
)
from progsynth.neural.likelihood.random_values import (
    Answer,
    Branch,
    Closure,
    Env,
    Real,
    Sieve,
    Step,
    filler,
    is_known,
    leaves_of,
    mixture,
    moved,
    whole,
)

MAX_STEPS = 20_000  # calls of primitives and turns of loops

# fn(xs) is fn([fn(all but the last), the last]); items may be taken in any order but of floats
FROM_LEFT = {"sum.int", "product.int", "max.list", "min.list", "sum.float", "product.float"}
IN_ORDER = {"sum.float", "product.float"}

# What is straight arithmetic on networks' real answers, and what folds lists of them.
REAL_STEPS = {
    *("add.float", "sub.float", "mul.float", "div.float", "pow.float", "neg.float", "abs.float"),
    *("min.float", "max.float", "sqrt", "exp", "log", "sin", "cos"),
}
REAL_FOLDS = {
    "sum.float": "add.float",
    "product.float": "mul.float",
    "max.list": "max.float",
    "min.list": "min.float",
}

Branching = Callable[[Value, Env], Walk[tuple[Any, ...]]]


class RandomRun:
    """One run of a program on random arguments; `checks` must all be true for it to succeed."""

    def __init__(self, program: Program, dsl: DSL):
        self.program = program
        self.functions: Mapping[str, Function] = {f.name: f for f in program.functions}
        self.dsl = dsl
        self.checks: list[Leaf] = []
        self.steps = 0

    def run(self, args: Sequence[Any]) -> Any:
        """The program's value. Raises Fail, NotExact, Conflict."""
        try:
            return walk(self.visit(self.program.entry.body, tuple(args)))
        except RecursionError:  # lambdas inside lambdas given to primitives
            raise NotExact("functions are nested too deep") from None

    def tick(self) -> None:
        """Count one step."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise NotExact(f"the program takes more than {MAX_STEPS} steps")

    # ------------------------------------------------------------------------------ terms

    def visit(self, term: Term, env: Env) -> Walk[Any]:
        """The value of a term; a tuple of them for a term with several values."""
        match term:
            case Const(value):
                return value
            case Var(index):
                return env[-1 - index]
            case Call(name, args):
                values = yield self.visit_all(args, env)
                return (yield self.call(name, values))
            case Apply(index, args):
                values = yield self.visit_all(args, env)
                return (yield self.apply(env[-1 - index], values))
            case Lambda():
                return Closure(term, env)
            case Build(kind, items):
                values = yield self.visit_all(items, env)
                if kind == "dict" and not all(map(is_known, values[::2])):
                    return self.combined(values, lambda given: build("dict", given))
                return build(kind, values)
            case Project(position, inner):
                value = yield self.visit(inner, env)
                if isinstance(value, Leaf):
                    return combine([value], lambda given: given[0][position])
                return value[position]
            case Values(items):
                return (yield self.visit_all(items, env))
            case If(cond, then, orelse):
                holds = yield self.visit(cond, env)
                if not isinstance(holds, Leaf):
                    return (yield self.visit(then if holds else orelse, env))
                return (yield self.mixed(holds, env, lambda v: then if v else orelse))
            case Let(count, bound, body):
                value = yield self.visit(bound, env)
                return (yield self.visit(body, env + several(value, count)))
            case While(count, init, cond, body):
                state = several((yield self.visit(init, env)), count)
                return (yield self.loop(count, state, cond, body, env))
            case For(count, source, init, body):
                items = yield self.visit(source, env)
                state = several((yield self.visit(init, env)), count)

                def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
                    return self.visited(body, (*env, *state, item), count)

                state = yield self.over(items, state, env, turn)
                return state[0] if count == 1 else state
        raise UnsupportedError(f"a program with a {type(term).__name__} has no likelihood")

    def visit_all(self, terms: tuple[Term, ...], env: Env) -> Walk[tuple[Any, ...]]:
        """The values of several terms."""
        found = []
        for term in terms:
            found.append((yield self.visit(term, env)))
        return tuple(found)

    def visited(self, term: Term, env: Env, count: int) -> Walk[Env]:
        """The values of a term that has `count` of them, always as a tuple."""
        return several((yield self.visit(term, env)), count)

    def apply(self, closure: Closure, values: tuple[Any, ...]) -> Walk[Any]:
        """What the lambda gives."""
        return (yield self.visit(closure.function.body, closure.env + values))

    # --------------------------------------------------------------------------- branching

    def split(self, on: Leaf, env: Env, run: Branching) -> Walk[Env]:
        """What `run` gives for each value of the leaf, in the world where it has it, mixed."""
        branches = []
        outer = self.checks
        try:
            for value in on.different:
                if value is VOID:  # failed before; that is among the checks already
                    continue
                code = on.codes[on.values.index(value)]
                holds = on.codes == code
                inside = world(on.source, holds)
                self.checks = []
                try:
                    seen = tuple(moved(v, on.source, inside, holds) for v in env)
                    values = yield run(value, seen)
                except Fail:
                    values = None
                branches.append(Branch(inside, values, tuple(self.checks)))
        finally:
            self.checks = outer
        found, succeeds = mixture(branches)
        if isinstance(succeeds, Leaf):
            self.checks.append(succeeds)
        return found

    def mixed(self, on: Leaf, env: Env, choose: Callable[[Value], Term]) -> Walk[Any]:
        """The value, or values, of the term that is chosen by the leaf's value."""
        several_values = [False]

        def run(value: Value, seen: Env) -> Walk[Env]:
            found = yield self.visit(choose(value), seen)
            several_values[0] = _has_several(choose(value))
            return found if several_values[0] else (found,)

        found = yield self.split(on, env, run)
        return found if several_values[0] else found[0]

    def loop(self, count: int, state: Env, cond: Term, body: Term, env: Env) -> Walk[Any]:
        """The state after a `while`."""
        while True:
            holds = yield self.visit(cond, env + state)
            if not isinstance(holds, Leaf):
                if not holds:
                    return state[0] if count == 1 else state
                state = yield self.visited(body, env + state, count)
            else:

                def run(goes_on: Value, seen: Env) -> Walk[Env]:
                    if goes_on:
                        return (yield self.visited(body, seen, count))
                    return seen[len(seen) - count :]

                state = yield self.split(holds, env + state, run)
            self.tick()

    def over(
        self,
        items: Any,
        state: Env,
        env: Env,
        turn: Callable[[Env, Any, Env], Walk[Env]],
    ) -> Walk[Env]:
        """The state after a turn for each item: `turn(state, item, env)` gives the next."""
        if isinstance(items, Leaf):
            count = len(state)

            def run(known: Value, seen: Env) -> Walk[Env]:
                return self.over(known, seen[:count], seen[count:], turn)

            return (yield self.split(items, state + env, run))
        for item in items.items if isinstance(items, Sieve) else items:
            self.tick()
            if not isinstance(items, Sieve) or not _may_be_absent(item):
                state = yield turn(state, item, env)
            else:
                state = yield self.if_present(item, state, env, turn)
        return state

    def if_present(
        self,
        item: Leaf,
        state: Env,
        env: Env,
        turn: Callable[[Env, Any, Env], Walk[Env]],
    ) -> Walk[Env]:
        """The state after the turn for an item that may be absent."""
        count = len(state)

        def run(present: Value, seen: Env) -> Walk[Env]:
            if present:
                return (yield turn(seen[:count], seen[-1], seen[count:-1]))
            return seen[:count]

        present = leaf(item.source, (v is not ABSENT for v in item.values))
        return (yield self.split(present, (*state, *env, item), run))

    # --------------------------------------------------------------------------- operations

    def call(self, name: str, args: tuple[Any, ...]) -> Walk[Any]:
        """What the function or primitive gives."""
        function = self.functions.get(name) or self.dsl.functions.get(name)
        self.tick()
        if function is not None:
            return (yield self.visit(function.body, args))
        return (yield self.primitive(self.dsl.primitives[name], args))

    def primitive(self, callee: Primitive, args: tuple[Any, ...]) -> Walk[Any]:
        """What the primitive gives."""
        name = callee.name
        if all(map(is_known, args)):
            return run_primitive(callee, [self.callable(a, callee) for a in args])
        if not callee.user and name in _HIGHER_ORDER:
            return (yield _HIGHER_ORDER[name](self, *args))
        if not callee.user and name in FROM_LEFT and isinstance(args[0], list | Sieve):
            return self.from_left(callee, args[0])
        if not callee.user and name in _COUNTING:
            return (yield self.counted(callee, args))
        if any(isinstance(a, Answer | Step) for a in args):
            return _real(callee, args)
        in_the_way = _in_the_way(callee, args)
        if not in_the_way:
            return run_primitive(callee, [self.callable(a, callee) for a in args])
        leaves = leaves_of(args)
        first = next((x for x in in_the_way if isinstance(x, Leaf)), None)
        if first is None or {x.source for x in leaves} <= {
            x.source for x in in_the_way if isinstance(x, Leaf)
        }:
            return self.combined(args, lambda given: self.plain(callee, given))

        def run(_: Value, seen: Env) -> Walk[Env]:
            return ((yield self.primitive(callee, seen)),)

        return (yield self.split(first, args, run))[0]

    def plain(self, callee: Primitive, args: Sequence[Value]) -> Value:
        """What the primitive gives of known arguments."""
        return run_primitive(callee, [self.callable(a, callee) for a in args])

    def callable(self, value: Any, callee: Primitive) -> Any:
        """A lambda as a Python function; all else as it is."""
        if not isinstance(value, Closure):
            return value
        results = [t.types[-1] for t in callee.signature.types if t.name == "fn"]
        opaque = not callee.user and all(t.name in _open(callee) for t in results)

        def function(*args: Any) -> Any:
            found = walk(self.apply(value, args))
            if not opaque and not is_known(found):
                raise NotExact(f"'{callee.name}' depends on what a function gives of random values")
            return found

        return function

    def combined(self, args: Sequence[Any], step: Callable[[tuple[Value, ...]], Value]) -> Any:
        """What `step` gives of the values of arguments; where it fails, the program does."""
        if any(isinstance(a, Closure) and not is_known(a) for a in args):
            raise NotExact(
                "a function of random values is given to a primitive that needs it known"
            )
        leaves = leaves_of(args)
        fill = filler(tuple(args), leaves)
        failed = []

        def guarded(given: tuple[Value, ...]) -> Value:
            try:
                return step(fill(given))
            except Fail:
                failed.append(True)
                return VOID

        found = combine(leaves, guarded) if leaves else step(fill(()))
        if failed and isinstance(found, Leaf):
            self.checks.append(_succeeding(found))
        return found

    def from_left(self, callee: Primitive, items: list[Any] | Sieve) -> Any:
        """A sum, a product, the largest or the smallest of items, two at a time."""
        found = list(items.items) if isinstance(items, Sieve) else items
        if any(isinstance(x, Answer | Step) for x in found):
            return _real_fold(callee, found)

        def add(given: tuple[Value, ...]) -> Value:
            there = [v for v in given if v is not ABSENT]
            return self.plain(callee, [there]) if there else ABSENT

        total: Any = ABSENT
        for item in map(whole, found if callee.name in IN_ORDER else _by_source(found)):
            self.tick()
            total = self.combined((total, item), add)
        if not isinstance(total, Leaf):
            return self.plain(callee, [[]]) if total is ABSENT else total
        empty = [self.plain(callee, [[]])] if callee.name not in ("max.list", "min.list") else []
        return self.combined(
            (total,), lambda given: [*empty, given[0]][0 if given[0] is ABSENT else -1]
        )

    def counted(self, callee: Primitive, args: tuple[Any, ...]) -> Walk[Any]:
        """How many items are there (`len`), equal a value (`count`), or if any does (`in`)."""
        xs, x = _COUNTING[callee.name](args)
        if isinstance(xs, Leaf):
            return self.combined(args, lambda given: self.plain(callee, given))
        if callee.name == "len.list" and not isinstance(xs, Sieve):
            return len(xs)
        x = whole(x)
        if isinstance(x, Leaf):

            def run(_: Value, seen: Env) -> Walk[Env]:
                return ((yield self.primitive(callee, seen)),)

            return (yield self.split(x, args if x in args else _known_as(args, x), run))[0]

        def add(given: tuple[Value, ...]) -> Value:
            count, item = given
            return count + (item is not ABSENT and (x is ABSENT or equal(item, x)))

        total: Any = 0
        for item in map(whole, _by_source(list(xs.items) if isinstance(xs, Sieve) else xs)):
            self.tick()
            total = self.combined((total, item), add)
        return (
            self.combined((total,), lambda given: given[0] > 0)
            if callee.name == "in.list"
            else total
        )

    # ------------------------------------------------------------------------- higher order

    def map(self, f: Closure, xs: Any) -> Walk[Any]:
        """`map`: of an item that may be absent, what f gives where it is present."""

        def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
            return ((yield self.apply(env[0], (item,))),)

        if isinstance(xs, Leaf):
            return (yield self.over(xs, ([],), (f,), self.appended))[0]
        found = []
        for item in xs.items if isinstance(xs, Sieve) else xs:
            self.tick()
            if isinstance(xs, Sieve) and _may_be_absent(item):
                (value,) = yield self.if_present(item, (ABSENT,), (f,), turn)
            else:
                value = yield self.apply(f, (item,))
            found.append(value)
        return Sieve(tuple(map(whole, found))) if isinstance(xs, Sieve) else found

    def appended(self, state: Env, item: Any, env: Env) -> Walk[Env]:
        """One turn of `map` where the list itself is random."""
        return ([*state[0], (yield self.apply(env[0], (item,)))],)

    def filter(self, f: Closure, xs: Any) -> Walk[Any]:
        """`filter`: a sieve, where it is random which items are kept."""
        if isinstance(xs, Leaf):
            raise NotExact("'filter' of a list of random length")
        found = []
        for item in xs.items if isinstance(xs, Sieve) else xs:
            self.tick()
            if isinstance(xs, Sieve) and _may_be_absent(item):
                (keep,) = yield self.if_present(item, (False,), (f,), self.tested)
            else:
                keep = yield self.apply(f, (item,))
            if isinstance(keep, Leaf):
                found.append(
                    self.combined((keep, item), lambda given: given[1] if given[0] else ABSENT)
                )
            elif keep:
                found.append(item)
        if isinstance(xs, list) and all(not _may_be_absent(x) for x in found):
            return found
        return Sieve(tuple(map(whole, found)))

    def tested(self, state: Env, item: Any, env: Env) -> Walk[Env]:
        """One test of `filter`."""
        return ((yield self.apply(env[0], (item,))),)

    def fold(self, f: Closure, init: Any, xs: Any) -> Walk[Any]:
        """`fold`."""

        def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
            return ((yield self.apply(env[0], (state[0], item))),)

        return (yield self.over(xs, (init,), (f,), turn))[0]


_HIGHER_ORDER: dict[str, Callable[..., Walk[Any]]] = {
    "map": RandomRun.map,
    "filter": RandomRun.filter,
    "fold": RandomRun.fold,
}

# The list, and what its items are compared with (ABSENT: nothing).
_COUNTING: dict[str, Callable[[tuple[Any, ...]], tuple[Any, Any]]] = {
    "len.list": lambda args: (args[0], ABSENT),
    "count.list": lambda args: (args[0], args[1]),
    "in.list": lambda args: (args[1], args[0]),
}


def _known_as(args: tuple[Any, ...], x: Leaf) -> tuple[Any, ...]:
    """The arguments with the value searched for as one leaf."""
    return tuple(x if not isinstance(a, list | Sieve) else a for a in args)


def _has_several(term: Term) -> bool:
    """Has the term several values?"""
    while isinstance(term, If | Let):
        term = term.then if isinstance(term, If) else term.body
    if isinstance(term, While | For):
        return term.count > 1
    return isinstance(term, Values)


def _may_be_absent(item: Any) -> bool:
    return isinstance(item, Leaf) and any(v is ABSENT for v in item.values)


def _succeeding(found: Leaf) -> Leaf:
    made = leaf(found.source, (v is not VOID for v in found.values))
    assert isinstance(made, Leaf), "a leaf that is all VOID raises Fail"
    return made


def _by_source(items: list[Any]) -> list[Any]:
    """The items, those of one source next to each other."""
    order: dict[Any, int] = {}
    return sorted(
        items,
        key=lambda x: order.setdefault(x.source if isinstance(x, Leaf) else None, len(order)),
    )


def _open(callee: Primitive) -> set[str]:
    """The type variables whose values the primitive cannot look into."""
    named = {t.name for p in callee.signature.types for t in _all_types(p) if t.is_variable}
    return named - {variable for variable, _ in callee.signature.classes}


def _all_types(type_: Type) -> list[Type]:
    return [type_, *(t for arg in type_.types for t in _all_types(arg))]


def _in_the_way(callee: Primitive, args: Sequence[Any]) -> list[Leaf | Sieve]:
    """The random values that the primitive would look into."""
    opaque = set() if callee.user else _open(callee)
    found: list[Leaf | Sieve] = []
    todo = list(zip(args, callee.signature.types, strict=True))
    while todo:
        value, type_ = todo.pop()
        if type_.name in opaque or type_.name == "fn":
            continue
        if isinstance(value, Leaf | Sieve):
            found.append(value)
        elif isinstance(value, Answer | Step):
            raise NotExact(f"'{callee.name}' looks into a real answer: it has no gradient")
        elif isinstance(value, list):
            todo += (
                [(v, type_.types[0]) for v in value] if type_.name == "list" else _untyped(value)
            )
        elif isinstance(value, tuple):
            todo += zip(value, type_.types) if type_.name == "tuple" else _untyped(value)
        elif isinstance(value, dict):
            typed = type_.name in ("dict", "graph", "memory")
            inner = entry_types(type_)[1] if typed else _CLOSED
            todo += [(v, inner) for v in value.values()]
    return found


_CLOSED = Type("int")  # of what stands where a variable of a class stood


def _untyped(values: Sequence[Any]) -> list[tuple[Any, Type]]:
    return [(v, _CLOSED) for v in values]


# --------------------------------------------------------------------------- real arithmetic


def _real(callee: Primitive, args: Sequence[Any]) -> Real:
    if callee.user or callee.name not in REAL_STEPS:
        raise NotExact(f"'{callee.name}' of a network's real answer has no gradient")
    for arg in args:
        if not isinstance(arg, Answer | Step | float):
            raise NotExact("a real answer of a network meets a choice in one operation")
    return Step(callee.name, tuple(args))


def _real_fold(callee: Primitive, items: Sequence[Any]) -> Any:
    if callee.name not in REAL_FOLDS or not all(
        isinstance(x, Answer | Step | float) for x in items
    ):
        raise NotExact(f"'{callee.name}' of real answers and others has no gradient")
    total = items[0]
    for item in items[1:]:
        total = Step(REAL_FOLDS[callee.name], (total, item))
    return total
