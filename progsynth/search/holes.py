"""The holes of a sketch: where they are, what they see, and programs with them filled.

A hole that cannot be run stands for an unknown expression. To see what it is given, it is
replaced by a call of a probe, a primitive whose Python function we supply.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from progsynth.lang.infer import Typed, check_program
from progsynth.lang.primitive import DSL, Primitive
from progsynth.lang.term import (
    Call,
    Const,
    For,
    Function,
    Hole,
    If,
    Lambda,
    Let,
    Program,
    Term,
    Values,
    Var,
    While,
    bind,
    shift,
)
from progsynth.lang.types import Signature, Type

Names = tuple[str, ...]

_HIDDEN = Type("hidden")


@dataclass(frozen=True, slots=True)
class Site:
    """One hole: the function it is in, what it may use and the type it has to have.

    `types` and `names` are of the variables in scope, or one for each of the hole's arguments;
    of those in scope, `hidden` ones cannot be named: another of the same name is nearer. `once`
    says that a run of the program meets it at most once; `tail`, moreover, that its value is
    the program's.
    """

    hole: Hole
    function: str
    type: Type
    types: tuple[Type, ...]
    names: Names
    once: bool
    tail: bool

    @property
    def hidden(self) -> frozenset[int]:
        """The places of the variables that a filling must not use."""
        later = [set(self.names[i + 1 :]) for i in range(len(self.names))]
        return frozenset(
            i
            for i, (name, type_) in enumerate(zip(self.names, self.types, strict=True))
            if name in later[i] or type_.name == "fn"
        )

    @property
    def visible(self) -> tuple[Type, ...]:
        """The types, where hidden variables have one that no program wants."""
        return tuple(_HIDDEN if i in self.hidden else t for i, t in enumerate(self.types))


def find_holes(program: Program, dsl: DSL) -> tuple[Site, ...]:
    """The holes of all functions, in order."""
    found: list[Site] = []
    typed = check_program(program, dsl)
    for function in program.functions:
        entry = function is program.entry
        todo: list[tuple[Typed, tuple[Type, ...], Names, bool, bool]] = [
            (typed[function.name], function.types, function.params, entry, entry)
        ]
        while todo:
            node, types, names, once, tail = todo.pop()
            if isinstance(node.term, Hole):
                found.append(_site(node, function.name, types, names, once, tail))
            todo += reversed(list(_inside(node, types, names, once, tail)))
    return tuple(found)


def _site(
    node: Typed, function: str, types: tuple[Type, ...], names: Names, once: bool, tail: bool
) -> Site:
    hole = node.term
    assert isinstance(hole, Hole)
    if hole.args is not None:
        given = [names[-1 - a.index] if isinstance(a, Var) else "" for a in hole.args]
        types = tuple(child.type for child in node.children)
        plain = all(given) and len(set(given)) == len(given)
        names = tuple(given) if plain else tuple(f"x{i}" if i else "x" for i in range(len(types)))
    if hole.kind == "param":
        types, names = (), ()
    return Site(hole, function, node.type, types, names, once, tail)


def _inside(
    node: Typed, types: tuple[Type, ...], names: Names, once: bool, tail: bool
) -> list[tuple[Typed, tuple[Type, ...], Names, bool, bool]]:
    """The children with what they see; whether each is run once, and whether it is the result."""
    term = node.term
    bound: list[tuple[tuple[Type, ...], Names, bool, bool]]
    match term:
        case Let():
            inner = node.children[0].types
            bound = [((), (), once, False), (inner, _named(term.names, inner), once, tail)]
        case If():
            bound = [((), (), once, False), ((), (), once, tail), ((), (), once, tail)]
        case Values() if tail:
            bound = [((), (), once, False)] * len(node.children)
        case Lambda():
            *own, _ = node.type.types
            bound = [(tuple(own), _named(term.names, own), False, False)]
        case While():
            state = (node.types, _named(term.names, node.types), False, False)
            bound = [((), (), once, False), state, state]
        case For():
            item = node.children[0].type.types[0]
            inner = (*node.types, item)
            bound = [
                ((), (), once, False),
                ((), (), once, False),
                (inner, _named(term.names, inner), False, False),
            ]
        case _:
            bound = [((), (), once, False)] * len(node.children)
    return [
        (child, types + more, names + called, once_here, tail_here)
        for child, (more, called, once_here, tail_here) in zip(node.children, bound, strict=True)
    ]


def _named(names: Names, types: Sequence[Type]) -> Names:
    return names if len(names) == len(types) else tuple(f"v{i}" for i in range(len(types)))


# ------------------------------------------------------------------------------- filling


def replace_holes(program: Program, put: Callable[[int, Hole, tuple[Term, ...]], Term]) -> Program:
    """The program with hole number n replaced by `put(n, hole, its changed arguments)`."""
    count = 0
    functions: list[Function] = []
    for function in program.functions:
        numbers: dict[int, int] = {}
        # Holes are numbered as `find_holes` meets them: each before what is inside it.
        todo: list[Term] = [function.body]
        order: list[Term] = []
        while todo:
            node = todo.pop()
            order.append(node)
            todo.extend(reversed(node.children))
        for place, node in enumerate(order):
            if isinstance(node, Hole):
                numbers[place] = count
                count += 1
        functions.append(replace(function, body=_rebuilt(order, numbers, put)))
    return replace(program, functions=tuple(functions))


def _rebuilt(
    order: list[Term],
    numbers: dict[int, int],
    put: Callable[[int, Hole, tuple[Term, ...]], Term],
) -> Term:
    """The tree listed in preorder, built again from its end."""
    done: list[Term] = []
    for place in range(len(order) - 1, -1, -1):
        node = order[place]
        count = len(node.children)
        children = tuple(reversed(done[len(done) - count :])) if count else ()
        del done[len(done) - count :]
        if isinstance(node, Hole):
            done.append(put(numbers[place], node, children))
        elif count and any(a is not b for a, b in zip(children, node.children, strict=True)):
            done.append(node.rebuild(children))
        else:
            done.append(node)
    return done[0]


def fill(program: Program, fillings: Sequence[Term]) -> Program:
    """The program with each hole filled; a filling sees what its `Site` says."""

    def put(number: int, hole: Hole, args: tuple[Term, ...]) -> Term:
        filling = fillings[number]
        if hole.args is None or hole.kind == "param":
            return filling
        return _with_arguments(filling, args)

    return replace_holes(program, put)


def _with_arguments(filling: Term, args: tuple[Term, ...]) -> Term:
    """The filling with the values of the arguments, each of which is evaluated once and first.

    What is free to evaluate stands in place of its uses, and so do the last of the others where
    the filling reaches them first, in their order, and nowhere else. The rest is bound before.
    """
    costly = [n for n, arg in enumerate(args) if not isinstance(arg, Var | Const)]
    met = _met_first(filling, len(args))
    counts = Counter(_uses(filling, len(args)))
    in_place: set[int] = set()
    for count in range(len(costly), 0, -1):
        last = costly[-count:]
        if [n for n in met if n in last] == last and all(counts[n] == 1 for n in last):
            in_place = set(last)
            break
    bound = [n for n in costly if n not in in_place]
    names = tuple(f"x{n}" if n else "x" for n in bound)
    values = tuple(
        Var(len(bound) - 1 - bound.index(n)) if n in bound else shift(arg, len(bound))
        for n, arg in enumerate(args)
    )
    body = bind(filling, values)
    if not bound:
        return body
    before = tuple(args[n] for n in bound)
    return Let(len(bound), before[0] if len(bound) == 1 else Values(before), body, names)


def _uses(filling: Term, count: int) -> list[int]:
    """The uses of its `count` arguments anywhere in the filling, by the argument's number."""
    found: list[int] = []
    todo: list[tuple[Term, int]] = [(filling, count)]
    while todo:
        node, depth = todo.pop()
        if isinstance(node, Var) and depth - count <= node.index < depth:
            found.append(depth - 1 - node.index)
        todo += ((c, depth + b) for c, b in zip(node.children, node.binds, strict=True))
    return found


def _met_first(filling: Term, count: int) -> list[int]:
    """The same of those that are evaluated before anything that can fail or costs, in order."""
    found: list[int] = []
    todo: list[tuple[Term, int] | None] = [(filling, count)]
    while todo and (item := todo.pop()) is not None:
        node, depth = item
        if isinstance(node, Var) and depth - count <= node.index < depth:
            found.append(depth - 1 - node.index)
        if isinstance(node, Var | Const | Lambda):
            continue
        first = [(c, depth + b) for c, b in zip(node.children, node.binds, strict=True)]
        if isinstance(node, Let | Values):
            todo += reversed(first)
            continue
        # of an If only the condition is surely reached, of loops what they start with
        surely = 1 if isinstance(node, If | While) else 2 if isinstance(node, For) else len(first)
        todo += [None, *reversed(first[:surely])]
    return found


def probe(
    program: Program, sites: Sequence[Site], dsl: DSL, functions: Sequence[Callable[..., Any]]
) -> tuple[Program, DSL]:
    """The program with hole n replaced by a call of `functions[n]`, and a DSL to run it in.

    The function gets the values of the variables that a filling sees.
    """
    primitives = []
    for number, (site, function) in enumerate(zip(sites, functions, strict=True)):
        params = tuple((f"x{i}", t) for i, t in enumerate(site.types))
        name = f"?{number}"
        primitives.append(
            Primitive(name, name, Signature(params, site.type), sized(function, len(params)))
        )

    def put(number: int, hole: Hole, args: tuple[Term, ...]) -> Term:
        seen = len(sites[number].types)
        if hole.kind == "param":
            return Call(f"?{number}", ())
        if hole.args is not None:
            return Call(f"?{number}", args)
        return Call(f"?{number}", tuple(Var(seen - 1 - i) for i in range(seen)))

    return replace_holes(program, put), dsl.extend(*primitives)


def sized(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The function as one of exactly `count` parameters, which engines may ask for."""
    names = ", ".join(f"x{i}" for i in range(count))
    made: Callable[..., Any] = eval(f"lambda {names}: _f({names})", {"_f": function})  # noqa: S307
    return made
