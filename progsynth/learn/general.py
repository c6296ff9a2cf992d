"""What one solution says of tasks like it: the same with a number, or a question, left open.

Compression makes a parameter where two programs differ. Where only one of a family is solved so
far there is nothing to compare, and yet `keep those over 1` says how to keep those over any
number, and those of which anything is true. So a part of the solution becomes a parameter: a
number made of constants alone, or the condition of an `if` that asks about one variable.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Apply,
    Call,
    Const,
    Function,
    If,
    Term,
    Var,
    free_variables,
    shift,
    subterms,
)
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, fn_of
from progsynth.library.compress.signatures import fresh_names, with_classes
from progsynth.library.compress.wording import docstring, function_name, parameter_names

_ASKED = (INT, STR, FLOAT, BOOL)  # types of what a condition may ask about
_NUMBERS = 2  # of one solution that are left open, one at a time

Change = Callable[[int, Term], Term | None]


def generalised(function: Function, dsl: DSL, taken: Collection[str] = ()) -> Iterator[Function]:
    """The function with one part as its last parameter, in each way that there is.

    Names that are `taken` are not given again.
    """
    names = {*taken, *dsl, *map(dsl.surface_of, dsl), function.name}
    for test in _tests(function.body):
        for type_ in _ASKED:
            made = _made(function, test, fn_of((type_,), BOOL), dsl)
            if made is not None:
                yield _named(made, dsl, names)
                break
    for number in _numbers(function.body):
        made = _made(function, number, INT, dsl)
        if made is not None:
            yield _named(made, dsl, names)


def _tests(body: Term) -> list[If]:
    """The conditionals that ask about one variable."""
    found = {
        node: None
        for node in subterms(body)
        if isinstance(node, If)
        and isinstance(node.cond, Call)
        and len(free_variables(node.cond)) == 1
    }
    return list(found)


def _numbers(body: Term) -> list[Term]:
    """The numbers made of constants alone, the largest first, of these a few."""
    found: dict[Term, None] = {}
    inside: set[Term] = set()
    for node in subterms(body):
        if node not in inside and _is_number(node):
            found[node] = None
            inside.update(subterms(node))
    return list(found)[:_NUMBERS]


def _is_number(node: Term) -> bool:
    if isinstance(node, Call):
        return bool(node.args) and all(map(_is_number, node.args))
    return isinstance(node, Const) and node.type == INT


def _made(function: Function, part: Term, type_: Type, dsl: DSL) -> Function | None:
    """The function with the part, wherever it is, as a parameter of that type; None where that
    has no type."""

    def change(depth: int, node: Term) -> Term | None:
        if node != part:
            return None
        if isinstance(part, If):
            (asked,) = free_variables(part.cond)
            if asked >= depth:  # a parameter of the whole: nothing is asked of an item
                return None
            return If(
                Apply(depth, (Var(asked),)), _opened(part.then, depth), _opened(part.orelse, depth)
            )
        return Var(depth)

    body = _rewritten(function.body, change)
    types = (*function.types, type_)
    made = replace(
        function, params=parameter_names(types, dsl), types=types, body=body, doc="", name="part"
    )
    return with_classes(made, dsl) if 0 in free_variables(body) else None


def _named(function: Function, dsl: DSL, names: set[str]) -> Function:
    """The function with a name that is not among these, which it joins, and a docstring."""
    name = next(fresh_names(names, function_name(function.body, dsl)))
    names.add(name)
    named = replace(function, name=name)
    return replace(named, doc=docstring(named, dsl))


def _opened(term: Term, depth: int) -> Term:
    """A part that stands under so many binders, as it is where there is one parameter more."""
    return shift(term, 1, depth)


def _rewritten(term: Term, change: Change) -> Term:
    """The term with one parameter more, its last: `change` gives what a node becomes under so
    many binders, in the new numbering, None for the node with its parts changed."""
    done: list[Term] = []
    todo: list[tuple[Term, int, bool]] = [(term, 0, False)]
    while todo:
        node, depth, expanded = todo.pop()
        if not expanded:
            new = change(depth, node)
            if new is not None or not node.children:
                done.append(new if new is not None else _opened(node, depth))
                continue
            todo.append((node, depth, True))
            inner = list(zip(node.children, node.binds, strict=True))
            todo.extend((child, depth + binds, False) for child, binds in reversed(inner))
            continue
        split = len(done) - len(node.children)
        children = tuple(done[split:])
        del done[split:]
        rebuilt = node.rebuild(children)
        if isinstance(rebuilt, Apply) and rebuilt.index >= depth:
            rebuilt = Apply(rebuilt.index + 1, children)
        done.append(rebuilt)
    return done[0]
