"""Solutions made simpler: what does not change an output is removed.

A sub-term is replaced by one inside it of the same type, as long as the program gives the same
on every example. Each change is verified by running the program again, failures included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from progsynth.lang.infer import Typed, infer_function, program_signatures
from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Lambda,
    Program,
    Term,
    Values,
    free_variables,
    shift,
    size,
)

_LARGEST = 400  # nodes of an entry function; each is tried against each inside it

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
            cuts += [(whole - size(part), path, part) for part in _parts(node)]
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
