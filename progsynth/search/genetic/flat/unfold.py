"""Calls with functions as arguments as loops, for genomes have lambdas of one call only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from progsynth.lang.primitive import DSL
from progsynth.lang.term import (
    Apply,
    Build,
    Call,
    For,
    If,
    Lambda,
    Term,
    Var,
    bind,
    map_variables,
    shift,
)

_EMPTY = Build("list", ())


def unfolded(call: Call, dsl: DSL) -> Term | None:
    """The call of `map`, `filter` or `fold` as a loop, of a function of the pack as its body;
    None for others, and where no argument is a lambda.

    An argument that the body uses twice is evaluated twice.
    """
    if not any(isinstance(arg, Lambda) for arg in call.args):
        return None
    made = _LOOPS.get(call.name)
    if made is not None:
        return made(call.args)
    function = dsl.functions.get(call.name)
    return None if function is None else _applied(function.body, call.args)


def _applied(body: Term, args: tuple[Term, ...]) -> Term:
    """The body of a function with its parameters replaced."""
    count = len(args)

    def put(depth: int, node: Term) -> Term:
        assert isinstance(node, Var | Apply)
        place = node.index - depth
        if place < 0:
            return node
        value = shift(args[count - 1 - place], depth)
        if isinstance(node, Apply) and isinstance(value, Lambda):
            return bind(value.body, node.args)
        return value

    return map_variables(body, put)


def _each(body: Term, changed: Callable[[Term], Term], source: Term) -> Term:
    """A loop that makes a list: `changed` gives it of what the lambda gives."""
    return For(1, source, _EMPTY, changed(shift(body, 1, cutoff=1)))


def _map(args: tuple[Term, ...]) -> Term:
    function, source = args
    assert isinstance(function, Lambda)
    return _each(function.body, lambda value: Call("append", (Var(1), value)), source)


def _filter(args: tuple[Term, ...]) -> Term:
    function, source = args
    assert isinstance(function, Lambda)
    kept = Call("append", (Var(1), Var(0)))
    return _each(function.body, lambda test: If(test, kept, Var(1)), source)


def _fold(args: tuple[Term, ...]) -> Term:
    function, start, source = args
    assert isinstance(function, Lambda)
    return For(1, source, start, function.body)


_LOOPS: Mapping[str, Callable[[tuple[Term, ...]], Term]] = {
    "map": _map,
    "filter": _filter,
    "fold": _fold,
}
