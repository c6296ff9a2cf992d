"""Make a program that shows a defect as small as it can be, while it still shows it.

Greedy: each place of each function is tried, outermost first, with what could stand there
instead (the simplest value of its type, one of its own parts), until no try succeeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from progsynth.lang.infer import IllTypedError, Typed, check_program
from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Build,
    Call,
    Function,
    Let,
    Program,
    Scalar,
    Term,
    Values,
    const,
    free_variables,
    shift,
    size,
    subterms,
)
from progsynth.lang.types import Type

_SCALARS: dict[str, Scalar] = {"int": 0, "float": 0.0, "bool": False, "str": ""}
Place = tuple[int, ...]  # which child, from the top down


def shrink(
    program: Program, dsl: DSL, shows: Callable[[Program], bool], *, max_tries: int = 3000
) -> Program:
    """A smaller well-typed program for which `shows` still holds; `program` if there is none."""
    tries = 0
    while True:
        for candidate in _smaller(program, dsl):
            if not _well_typed(candidate, dsl):
                continue
            tries += 1
            if tries > max_tries:
                return program
            if shows(candidate):
                program = candidate
                break
        else:
            return program


def _well_typed(program: Program, dsl: DSL) -> bool:
    try:
        check_program(program, dsl)
    except IllTypedError:
        return False
    return True


def _smaller(program: Program, dsl: DSL) -> Iterator[Program]:
    *helpers, _ = program.functions
    for helper in helpers:
        rest = [f for f in program.functions if f is not helper]
        used = any(isinstance(t, Call) and t.name == helper.name for t in _terms(rest))
        if not used:
            yield replace(program, functions=tuple(rest))
    typed = check_program(program, dsl)
    for position, function in reversed(list(enumerate(program.functions))):
        for place, node in _places(typed[function.name]):
            for other in _instead(node):
                if size(other) < size(node.term):
                    body = _put(function.body, place, other)
                    functions = list(program.functions)
                    functions[position] = replace(function, body=body)
                    yield replace(program, functions=tuple(functions))


def _terms(functions: list[Function]) -> Iterator[Term]:
    for function in functions:
        yield from subterms(function.body)


def _places(top: Typed) -> Iterator[tuple[Place, Typed]]:
    todo: list[tuple[Place, Typed]] = [((), top)]
    while todo:
        place, node = todo.pop(0)
        yield place, node
        todo.extend(((*place, n), child) for n, child in enumerate(node.children))


def _instead(node: Typed) -> Iterator[Term]:
    """What could stand in the node's place: of the same types, as far as is known here."""
    term = node.term
    plain = [_simplest(t) for t in node.types]
    found = [p for p in plain if p is not None]
    if len(found) == len(plain):
        yield found[0] if len(found) == 1 else Values(tuple(found))
    if isinstance(term, Let):
        unused = not free_variables(term.body) & set(range(term.count))
        if unused:
            yield shift(term.body, -term.count)
    for child, binds in zip(node.children, term.binds, strict=True):
        if child.types == node.types:
            if binds == 0:
                yield child.term
            elif not free_variables(child.term) & set(range(binds)):
                yield shift(child.term, -binds)
    if isinstance(term, Build) and term.kind != "tuple" and term.items:
        step = 2 if term.kind == "dict" else 1
        for start in range(0, len(term.items), step):
            yield Build(term.kind, term.items[:start] + term.items[start + step :])


def _simplest(type_: Type) -> Term | None:
    if type_.name in _SCALARS:
        return const(_SCALARS[type_.name])
    if type_.name in ("list", "dict"):
        return Build(type_.name, ())
    if type_.name == "tuple":
        items = [_simplest(t) for t in type_.types]
        return None if None in items else Build("tuple", tuple(i for i in items if i))
    return None


def _put(body: Term, place: Place, other: Term) -> Term:
    """The body with `other` at the place."""
    above = []
    for child in place:
        above.append(body)
        body = body.children[child]
    for node, child in zip(reversed(above), reversed(place), strict=True):
        children = list(node.children)
        children[child] = other
        other = node.rebuild(tuple(children))
    return other
