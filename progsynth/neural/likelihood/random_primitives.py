"""Primitives on random values.

Operations that cannot look into what they handle (a list's items, a table's values: what their
signature calls `a`) are carried out on random items as they are. Sums, counts and the largest of
a list are taken two at a time, so that equal partial results merge. All else is carried out on
each combination of the values that it looks into.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from progsynth.lang.interpret import run_primitive
from progsynth.lang.primitive import Primitive
from progsynth.lang.types import Type, walk_type
from progsynth.lang.values import Value, entry_types, equal
from progsynth.lang.walk import Walk, walk
from progsynth.neural.likelihood.additive import Additive, plus, scaled
from progsynth.neural.likelihood.branching import Branching
from progsynth.neural.likelihood.distributions import ABSENT, Leaf, NotExact
from progsynth.neural.likelihood.random_values import (
    Closure,
    Env,
    Sieve,
    is_known,
    leaves_of,
    may_be_absent,
    sieve,
    whole,
)
from progsynth.neural.likelihood.real_answers import Answer, Step, real_fold, real_step

# fn(xs) is fn([fn(all but the last), the last]); items may be taken in any order but of floats
FROM_LEFT = {"sum.int", "product.int", "max.list", "min.list", "sum.float", "product.float"}
IN_ORDER = {"sum.float", "product.float"}
OF_SOME = {"max.list", "min.list"}  # these fail where there are no items


def primitive(run: Branching, callee: Primitive, args: tuple[Any, ...]) -> Walk[Any]:
    """What the primitive gives. Raises Fail, NotExact, Conflict."""
    if all(map(is_known, args)):
        return plain(run, callee, args)
    if not callee.user:  # those of a pack are what their names and signatures say
        if callee.name in HIGHER_ORDER:
            return (yield HIGHER_ORDER[callee.name](run, *args))
        if callee.name in FROM_LEFT and isinstance(args[0], list | Sieve):
            return from_left(run, callee, args[0])
        if callee.name in COUNTING:
            return (yield counted(run, callee, args))
        if callee.name in LINEAR:
            found = LINEAR[callee.name](*args)
            if found is not None:
                return found
    if any(isinstance(a, Answer | Step) for a in args):
        return real_step(callee, args)
    looked_into = _looked_into(callee, args)
    if not looked_into:
        return plain(run, callee, args)
    if any(isinstance(a, Additive) for a in args):
        listed = tuple([whole(a) if isinstance(a, Additive) else a for a in args])
        return (yield primitive(run, callee, listed))
    within = [x for x in looked_into if isinstance(x, Leaf)]
    if not within or {x.source for x in leaves_of(args)} <= {x.source for x in within}:
        return run.combined(args, lambda given: plain(run, callee, given))
    return (yield _split(run, within[0], callee, args))


def plain(run: Branching, callee: Primitive, args: Sequence[Any]) -> Any:
    """What the primitive gives of arguments of which it looks into known parts only."""
    return run_primitive(callee, [_callable(run, a, callee) for a in args])


def _callable(run: Branching, value: Any, callee: Primitive) -> Any:
    """A lambda as a Python function; all else as it is."""
    if not isinstance(value, Closure):
        return value
    results = [t.types[-1] for t in callee.signature.types if t.name == "fn"]
    opaque = not callee.user and all(t.name in _opaque(callee) for t in results)

    def function(*args: Any) -> Any:
        found = walk(run.apply(value, args))
        if not opaque and not is_known(found):
            raise NotExact(f"'{callee.name}' depends on what a function gives of random values")
        return found

    return function


def _split(run: Branching, on: Leaf, callee: Primitive, args: tuple[Any, ...]) -> Walk[Any]:
    """What the primitive gives, found apart for each value of a leaf among the arguments."""

    def known(_: Value, seen: Env) -> Walk[Env]:
        return ((yield primitive(run, callee, seen)),)

    return (yield run.split(on, args, known))[0]


# --------------------------------------------------------------------------- two at a time


def times(left: Any, right: Any) -> Additive | None:
    """The product with a known number of a sum that is kept as its terms; else None."""
    if isinstance(right, Additive):
        left, right = right, left
    known = isinstance(right, int) and not isinstance(right, bool)
    return scaled(left, right) if isinstance(left, Additive) and known else None


def minus(left: Any, right: Any = None) -> Additive | None:
    """The difference, or the number with its sign changed, where it is kept as its terms."""
    return plus(0, left, -1) if right is None else plus(left, right, -1)


LINEAR: dict[str, Callable[..., Additive | None]] = {
    "add.int": plus,
    "sub.int": minus,
    "neg.int": minus,
    "mul.int": times,
}


def from_left(run: Branching, callee: Primitive, items: list[Any] | Sieve) -> Any:
    """A sum, a product, the largest or the smallest of the items of a list."""
    found = list(items.items) if isinstance(items, Sieve) else items
    if any(isinstance(x, Answer | Step) for x in found):
        return real_fold(callee, found)

    def add(given: tuple[Value, ...]) -> Value:
        there = [v for v in given if v is not ABSENT]
        return plain(run, callee, [there]) if there else ABSENT

    total: Any = ABSENT
    for item in map(_whole, found if callee.name in IN_ORDER else _by_source(found)):
        run.tick()
        large = plus(total, item) if callee.name == "sum.int" else None
        total = run.combined((total, item), add) if large is None else large
    if isinstance(total, Additive):
        return total
    if callee.name in OF_SOME:  # fails where all items are absent
        return run.combined((total,), lambda given: plain(run, callee, [_there(given)]))
    return run.combined(
        (total,), lambda given: add(given) if _there(given) else plain(run, callee, [[]])
    )


def _whole(item: Any) -> Any:
    """The item as one leaf, or known, or as a sum that is kept as its terms."""
    return item if isinstance(item, Additive) else whole(item)


def _there(given: Sequence[Value]) -> list[Value]:
    return [v for v in given if v is not ABSENT]


def counted(run: Branching, callee: Primitive, args: tuple[Any, ...]) -> Walk[Any]:
    """How many items are there (`len`), or equal a value (`count`), or if any does (`in`)."""
    xs, x = COUNTING[callee.name](args)
    if isinstance(xs, Leaf):
        return run.combined(args, lambda given: plain(run, callee, given))
    if callee.name == "len.list" and not isinstance(xs, Sieve):
        return len(xs)
    x = whole(x)
    if isinstance(x, Leaf):
        known = tuple(a if isinstance(a, list | Sieve) and a is xs else x for a in args)
        return (yield _split(run, x, callee, known))

    def add(given: tuple[Value, ...]) -> Value:
        count, item = given
        return count + (item is not ABSENT and (x is ABSENT or equal(item, x)))

    total: Any = 0
    for item in map(whole, _by_source(list(xs.items) if isinstance(xs, Sieve) else xs)):
        run.tick()
        total = run.combined((total, item), add)
    return run.combined((total,), lambda given: given[0] > 0) if callee.name == "in.list" else total


# The list, and what its items are compared with (ABSENT: with nothing).
COUNTING: dict[str, Callable[[tuple[Any, ...]], tuple[Any, Any]]] = {
    "len.list": lambda args: (args[0], ABSENT),
    "count.list": lambda args: (args[0], args[1]),
    "in.list": lambda args: (args[1], args[0]),
}


def _by_source(items: list[Any]) -> list[Any]:
    """The items, those of one source next to each other."""
    order: dict[Any, int] = {}
    sources = [x.source if isinstance(x, Leaf) else None for x in items]
    places = [order.setdefault(source, len(order)) for source in sources]
    return [items[n] for n in sorted(range(len(items)), key=places.__getitem__)]


# ---------------------------------------------------------------------------- higher order


def mapped(run: Branching, f: Closure, xs: Any) -> Walk[Any]:
    """`map`: of an item that may be absent, what f gives where it is present."""

    def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
        return ((yield run.apply(env[0], (item,))),)

    if isinstance(xs, Leaf):
        return (yield _for_each_list(run, mapped, f, xs))
    found = []
    for item in xs.items if isinstance(xs, Sieve) else xs:
        run.tick()
        if isinstance(xs, Sieve) and may_be_absent(item):
            (value,) = yield run.if_present(item, (ABSENT,), (f,), turn)
        else:
            value = yield run.apply(f, (item,))
        found.append(value)
    return sieve(found) if isinstance(xs, Sieve) else found


def filtered(run: Branching, f: Closure, xs: Any) -> Walk[Any]:
    """`filter`: a sieve, where it is random which items are kept."""

    def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
        return ((yield run.apply(env[0], (item,))),)

    if isinstance(xs, Leaf):
        return (yield _for_each_list(run, filtered, f, xs))
    found = []
    for item in xs.items if isinstance(xs, Sieve) else xs:
        run.tick()
        if isinstance(xs, Sieve) and may_be_absent(item):
            (keep,) = yield run.if_present(item, (False,), (f,), turn)
        else:
            keep = yield run.apply(f, (item,))
        if isinstance(keep, Leaf):
            found.append(run.combined((keep, item), lambda g: g[1] if g[0] else ABSENT))
        elif keep:
            found.append(item)
    return sieve(found)


def folded(run: Branching, f: Closure, init: Any, xs: Any) -> Walk[Any]:
    """`fold`."""

    def turn(state: Env, item: Any, env: Env) -> Walk[Env]:
        return ((yield run.apply(env[0], (state[0], item))),)

    return (yield run.over(xs, (init,), (f,), turn))[0]


def _for_each_list(
    run: Branching, step: Callable[..., Walk[Any]], f: Closure, xs: Leaf
) -> Walk[Any]:
    """What the step gives, found apart for each list that a random list may be."""

    def known(value: Value, seen: Env) -> Walk[Env]:
        return ((yield step(run, seen[0], value)),)

    return (yield run.split(xs, (f,), known))[0]


HIGHER_ORDER: dict[str, Callable[..., Walk[Any]]] = {
    "map": mapped,
    "filter": filtered,
    "fold": folded,
}


# ---------------------------------------------------------------------- what is looked into


def _opaque(callee: Primitive) -> set[str]:
    """The type variables whose values the primitive cannot look into."""
    if callee.user:
        return set()
    named = {t.name for p in callee.signature.types for t in walk_type(p) if t.is_variable}
    return named - {variable for variable, _ in callee.signature.classes}


def _looked_into(callee: Primitive, args: Sequence[Any]) -> list[Leaf | Sieve]:
    """The random values that the primitive looks into. Raises NotExact for real ones."""
    opaque = _opaque(callee)
    found: list[Leaf | Sieve] = []
    todo: list[tuple[Any, Type]] = list(zip(args, callee.signature.types, strict=True))
    while todo:
        value, type_ = todo.pop()
        if type_.name in opaque or type_.name == "fn":
            continue
        if isinstance(value, Leaf | Sieve):
            found.append(value)
        elif isinstance(value, Additive):
            found += value.terms
        elif isinstance(value, Answer | Step):
            raise NotExact(f"'{callee.name}' looks into a real answer: it has no gradient")
        elif isinstance(value, list | tuple | dict):
            todo += _typed_parts(value, type_)
    return found


def _typed_parts(value: Any, type_: Type) -> list[tuple[Any, Type]]:
    """The parts of a container with their types; a variable stands for all that is inside it."""
    parts = list(value.values()) if isinstance(value, dict) else list(value)
    if type_.is_variable:
        return [(part, type_) for part in parts]
    if type_.name == "tuple":
        return list(zip(parts, type_.types, strict=True))
    inner = type_.types[0] if type_.name == "list" else entry_types(type_)[1]
    return [(part, inner) for part in parts]
