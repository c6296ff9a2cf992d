"""A core function with its variables as objects: what translations to named variables work on.

Core is nameless, and one term object may stand in several places. `scoped` makes a tree beside
it with one node for each place, numbered in order of evaluation, in which every variable knows
where it is used. From that follows, fast, whether a variable is still needed at some point.
"""

from __future__ import annotations

from bisect import bisect_left

from progsynth.lang.term import (
    Apply,
    For,
    Function,
    Lambda,
    Let,
    Term,
    Var,
    While,
)
from progsynth.lang.types import Type


class Variable:
    """One binding of a function: its hint, the places of its uses, and what a writer notes."""

    __slots__ = ("hint", "loops", "name", "type", "uses")

    def __init__(self, hint: str, type_: Type | None = None):
        self.hint = hint
        self.type = type_
        self.uses: list[int] = []  # ascending
        self.name = ""  # in the text being written
        self.loops = 0  # how many loops of its function it stands in

    def used_within(self, start: int, end: int) -> bool:
        """Is it used at a place from `start` and before `end`?"""
        found = bisect_left(self.uses, start)
        return found < len(self.uses) and self.uses[found] < end


class Node:
    """A place of a term in a function: its part of the places is `start` to before `end`."""

    __slots__ = ("children", "end", "start", "term", "variable", "variables")

    def __init__(self, term: Term):
        self.term = term
        self.children: tuple[Node, ...] = ()
        self.start = self.end = 0
        self.variables: tuple[Variable, ...] = ()  # those that the node binds
        self.variable: Variable | None = None  # the one that a Var or Apply refers to


def scoped(function: Function) -> tuple[tuple[Variable, ...], Node]:
    """The function's parameters and its body, with a node for each place."""
    hints = (*function.params, *("",) * (len(function.types) - len(function.params)))
    params = tuple(map(Variable, hints, function.types))
    root = Node(function.body)
    scope = list(params)
    place = 0
    todo: list[tuple[Node, int]] = [(root, -1)]  # a node, and the child to be visited next
    while todo:
        node, number = todo.pop()
        term = node.term
        if number < 0:
            node.start = place
            place += 1
            kind = type(term)
            if kind is Var or kind is Apply:
                node.variable = variable = scope[-1 - term.index]  # type: ignore[attr-defined]
                variable.uses.append(node.start)
            node.children = tuple(map(Node, term.children))
            if kind in _BINDERS:
                node.variables = tuple(map(Variable, _hints(term)))
            number = 0
        elif node.variables and term.binds[number - 1]:
            del scope[len(scope) - len(node.variables) :]
        if number == len(node.children):
            node.end = place
            continue
        if node.variables and term.binds[number]:
            scope.extend(node.variables)
        todo.append((node, number + 1))
        todo.append((node.children[number], -1))
    return params, root


_BINDERS = frozenset({Lambda, Let, While, For})


def _hints(term: Term) -> tuple[str, ...]:
    assert isinstance(term, Lambda | Let | While | For)
    count = term.arity if isinstance(term, Lambda) else term.count
    if isinstance(term, For):
        count += 1
    return (*term.names[:count], *("",) * (count - len(term.names)))
