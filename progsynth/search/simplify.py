"""Solutions made simpler: what does not change an output is removed.

A sub-term is replaced by one inside it of the same type, a variable that stands for a leaf by the
leaf, and a variable of a loop that nothing else reads is dropped, as long as the program gives
the same on every example. Each change is verified by running the program again, failures
included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from progsynth.lang.infer import Typed, infer_function, program_signatures
from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Build,
    Const,
    For,
    Lambda,
    Let,
    Program,
    Term,
    Values,
    Var,
    While,
    bind,
    const,
    free_variables,
    shift,
    size,
)

_LARGEST = 400  # nodes of an entry function; each is tried against each inside it

Part = TypeVar("Part")
Same = Callable[[Program], bool]  # does the program still give what it gave?


def simplify(program: Program, dsl: DSL, same: Same) -> Program:
    """The program with parts of its entry removed that change nothing, as far as `same` tells."""
    while size(program.entry.body) <= _LARGEST:
        for smaller in _smaller(program, dsl):
            if same(smaller):
                program = smaller
                break
        else:
            break
    return program


def _smaller(program: Program, dsl: DSL) -> Iterator[Program]:
    """The program with one sub-term replaced by one of its parts; the largest cuts first."""
    entry = program.entry
    typed = infer_function(entry, dsl, extra=program_signatures(program))
    cuts: list[tuple[int, tuple[int, ...], Term]] = []
    todo: list[tuple[Typed, tuple[int, ...]]] = [(typed, ())]
    while todo:
        node, path = todo.pop()
        if not isinstance(node.term, Lambda | Values):
            whole = size(node.term)
            parts = [*_parts(node), *_unbound(node.term)]
            cuts += [(whole - size(part), path, part) for part in parts]
        todo += [(child, (*path, i)) for i, child in enumerate(node.children)]
    for _, path, part in sorted(cuts, key=lambda cut: -cut[0]):
        body = _put(entry.body, path, part)
        yield replace(program, functions=(*program.functions[:-1], replace(entry, body=body)))


def _parts(node: Typed) -> Iterator[Term]:
    """The terms inside of the node's type, as they read in its place."""
    todo = [(child, bound) for child, bound in zip(node.children, node.term.binds, strict=True)]
    while todo:
        part, depth = todo.pop()
        free = free_variables(part.term)
        if (
            part.types == node.types
            and len(part.types) == 1
            and not isinstance(part.term, Lambda)
            and all(index >= depth for index in free)
        ):
            yield shift(part.term, -depth)
        todo += [
            (child, depth + bound)
            for child, bound in zip(part.children, part.term.binds, strict=True)
        ]


def _unbound(term: Term) -> Iterator[Term]:
    """The term without a binding: of leaves to names, or of a variable that a loop can spare."""
    if not isinstance(term, Let):
        return
    values = term.bound.items if isinstance(term.bound, Values) else (term.bound,)
    if len(values) == term.count and all(_is_leaf(one) for one in values):
        yield bind(term.body, values)
    if isinstance(term.bound, For | While) and term.count > 1:
        for place in range(term.count):
            loop = _without(term.bound, place)
            if loop is not None and term.count - 1 - place not in free_variables(term.body):
                body = _scoped(term.body, term.count, place, const(0))
                yield Let(term.count - 1, loop, body, _but(term.names, place))


def _without(loop: For | While, place: int) -> Term | None:
    """The loop without one of its variables: one that no other part reads, or that stays what
    it starts with, a leaf. None where it is neither."""
    if not isinstance(loop.init, Values) or not isinstance(loop.body, Values):
        return None
    start = loop.init.items[place]
    bound = loop.count + isinstance(loop, For)  # a `for` binds its item as well
    index = bound - 1 - place
    steps = _but(loop.body.items, place)
    read = [*steps, loop.cond] if isinstance(loop, While) else steps
    stays = loop.body.items[place] == Var(index) and _is_leaf(start)
    if not stays and any(index in free_variables(one) for one in read):
        return None
    made = [_scoped(one, bound, place, start) for one in read]
    starts = _values(_but(loop.init.items, place))
    body = _values(tuple(made[: len(steps)]))
    names = _but(loop.names, place)
    if isinstance(loop, For):
        return For(loop.count - 1, loop.source, starts, body, names)
    return While(loop.count - 1, starts, made[-1], body, names)


def _scoped(term: Term, count: int, place: int, value: Term) -> Term:
    """What is read under a binder of so many variables under one that lacks the variable at the
    place, with the value, as it reads outside the binder, instead of it."""
    left = count - 1
    values = [Var(left - 1 - n) for n in range(left)]
    put = (*values[:place], shift(value, left), *values[place:])
    return bind(shift(term, left, count), put)


def _is_leaf(term: Term) -> bool:
    return isinstance(term, Var | Const) or (isinstance(term, Build) and not term.items)


def _values(items: tuple[Term, ...]) -> Term:
    return items[0] if len(items) == 1 else Values(items)


def _but(items: tuple[Part, ...], place: int) -> tuple[Part, ...]:
    return items[:place] + items[place + 1 :]


def _put(term: Term, path: tuple[int, ...], part: Term) -> Term:
    """The term with the sub-term at the path replaced."""
    above: list[Term] = []
    for place in path:
        above.append(term)
        term = term.children[place]
    made = part
    for node, place in zip(reversed(above), reversed(path), strict=True):
        children = list(node.children)
        children[place] = made
        made = node.rebuild(tuple(children))
    return made
