"""Programs of several functions as one term: what they call is put in the place of the call.

So other searches can begin from a proposal: the genetic search breeds single terms.
"""

from __future__ import annotations

from progsynth.lang.term import (
    Call,
    For,
    Function,
    Let,
    Program,
    Term,
    Values,
    While,
    fold,
    size,
    subterms,
)

_LARGEST = 400  # nodes of a term that searches are given


def inlined(program: Program) -> Term | None:
    """The body of the entry with its own functions written out.

    None where it would be too large, where a function takes a function, and where the condition
    of a `while` calls one: it holds no bindings.
    """
    bodies: dict[str, Term] = {}
    by_name = {function.name: function for function in program.functions}
    for function in program.functions:
        if any(type_.name == "fn" for type_ in function.types):
            return None
        body = fold(function.body, lambda node, parts: _put(node, parts, bodies, by_name))
        if size(body) > _LARGEST or not all(map(_is_plain, subterms(body))):
            return None
        bodies[function.name] = body
    return bodies[program.entry.name]


def _put(
    node: Term, parts: tuple[Term, ...], bodies: dict[str, Term], by_name: dict[str, Function]
) -> Term:
    """The node of its changed children, or what a call of an own function stands for."""
    if isinstance(node, Call) and node.name in bodies:
        called = by_name[node.name]
        if not parts:
            return bodies[node.name]
        bound = parts[0] if len(parts) == 1 else Values(parts)
        return Let(len(parts), bound, bodies[node.name], called.params)
    return node.rebuild(parts) if parts else node


def _is_plain(term: Term) -> bool:
    """Is it no `while` with a condition that binds?"""
    if not isinstance(term, While):
        return True
    return not any(isinstance(inner, Let | While | For) for inner in subterms(term.cond))
