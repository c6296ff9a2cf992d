"""Is a program found just one call of something ready-made?

The share of tasks solved so says how much of a result the language pack has done.
"""

from __future__ import annotations

from progsynth.lang.term import Build, Call, Const, Lambda, Program, Project, Term, Var, subterms


def is_single_call(program: Program) -> bool:
    """Is the program one call of a primitive or function on variables, constants and lambdas?

    A lambda counts when it is itself at most one such call.
    """
    if len(program.functions) > 1 or program.neural:
        return False
    body = program.entry.body
    calls = sum(isinstance(term, Call) for term in subterms(body))
    return calls <= 2 and _is_single(body)


def _is_single(term: Term) -> bool:
    """Is it a leaf, or one call or literal of plain arguments?"""
    if isinstance(term, Call | Build | Project):
        return all(map(_is_argument, term.children))
    return _is_leaf(term)


def _is_argument(term: Term) -> bool:
    """Is it a leaf, or a lambda whose body is a leaf or a call of leaves?"""
    if not isinstance(term, Lambda):
        return _is_leaf(term)
    body = term.body
    if isinstance(body, Call | Build | Project):
        return all(map(_is_leaf, body.children))
    return _is_leaf(body)


def _is_leaf(term: Term) -> bool:
    return isinstance(term, Var | Const) or (isinstance(term, Build) and not term.items)
