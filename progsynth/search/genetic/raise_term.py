"""Core terms as trees: the way back from `tree.lower`, so that evolution may begin from programs.

Only the fragment of the grammar has trees: its types, its calls, loops of few variables. A
literal that the grammar lacks, of a constant or a list, gets a rule of its own. Several values
that a `Let` binds at once are bound one after another, and so are those of an `If` between them,
whose condition then is asked for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from progsynth.errors import ProgsynthError
from progsynth.lang.infer import Typed, infer
from progsynth.lang.term import (
    FALSE,
    TRUE,
    Build,
    Call,
    Const,
    For,
    If,
    Lambda,
    Let,
    Project,
    Term,
    Values,
    Var,
    While,
    fold,
    shift,
)
from progsynth.lang.types import Signature, Type, as_int
from progsynth.lang.walk import Walk, walk
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.scope import Scope
from progsynth.search.genetic.tree import Tree, node, variable
from progsynth.search.problem import Problem


class OutsideError(Exception):
    """The term is not in the grammar's fragment."""


def seed_trees(problem: Problem, grammar: Grammar, *, max_size: int = 1000) -> list[Tree]:
    """The seeds of a problem as trees, in their order; without those that have none, or a
    larger one."""
    raiser = Raiser(grammar, problem)
    found = [raiser.tree(term) for term in problem.seeds]
    return [tree for tree in found if tree is not None and tree.size <= max_size]


class Raiser:
    """Makes trees of terms; what it knows of the grammar's rules is made once."""

    def __init__(self, grammar: Grammar, problem: Problem):
        self.grammar = grammar
        self.dsl = problem.dsl
        self.submodules = {
            n.name: Signature(tuple(zip(n.params, n.types, strict=True)), as_int(n.result))
            for n in problem.neural
        }
        self.numbers = {type_: number for number, type_ in enumerate(grammar.types)}
        self.rules = {
            _key(rule.kind, rule.result, rule.args, _flags(rule), rule.detail): rule
            for some in (*grammar.leaves, *grammar.rules)
            for rule in some
        }

    def tree(self, term: Term) -> Tree | None:
        """The tree of a body over the grammar's parameters; None outside of its fragment."""
        grammar = self.grammar
        types = tuple(grammar.types[number] for number in grammar.scope.types)
        try:
            result = grammar.types[grammar.goal]
            typed = infer(plain(term), types, self.dsl, result=result, extra=self.submodules)
            found: Tree = walk(self.visit(typed, grammar.scope))
        except (OutsideError, ProgsynthError):
            return None
        return found

    # Each visit returns the tree of a typed term, within a scope.

    def visit(self, typed: Typed, scope: Scope) -> Walk[Tree]:
        """The tree of a term of one value."""
        if len(typed.types) != 1:  # such as a conditional that gives two variables at once
            raise OutsideError
        term, result = typed.term, self.number(typed.type)
        match term:
            case Var(index=index):
                return variable(self.grammar, scope, len(scope.types) - 1 - index)
            case Const(value=value):
                return node(self.rule("constant", result, (), (), value))
            case Build(kind=kind, items=items):
                detail = None if items else kind
                return (yield self.made(kind if items else "empty", typed, scope, detail=detail))
            case If(orelse=orelse, then=then) if orelse == FALSE or then == TRUE:
                kind, places = ("and", (0, 1)) if orelse == FALSE else ("or", (0, 2))
                if typed.type == TRUE.type:
                    return (yield self.made(kind, typed, scope, places))
        if isinstance(term, Let):
            return (yield self.bound(typed, scope))
        kinds: tuple[tuple[type[Term], str, Any], ...] = (
            (If, "if", None),
            (Call, "call", getattr(term, "name", None)),
            (Project, "project", getattr(term, "position", None)),
        )
        for cls, kind, detail in kinds:
            if isinstance(term, cls):
                return (yield self.made(kind, typed, scope, detail=detail))
        raise OutsideError

    def made(
        self,
        kind: str,
        typed: Typed,
        scope: Scope,
        places: Sequence[int] | None = None,
        *,
        detail: Any = None,
    ) -> Walk[Tree]:
        """The tree of a node that binds nothing but in lambdas; of these children only."""
        chosen = typed.children if places is None else [typed.children[p] for p in places]
        children = []
        for child in chosen:
            inner, part = scope, child
            if isinstance(child.term, Lambda):
                own = child.type.types[:-1]
                inner, part = scope.inside(tuple(map(self.number, own))), child.children[0]
            children.append((yield self.visit(part, inner)))
        args = tuple(child.type for child in children)
        flags = tuple(isinstance(child.term, Lambda) for child in chosen)
        rule = self.rule(kind, self.number(typed.type), args, flags, detail)
        return node(rule, tuple(children))

    def bound(self, typed: Typed, scope: Scope) -> Walk[Tree]:
        """The tree of a `Let`: of a value, or of what a loop leaves in its variables."""
        loop, result = typed.children
        kind = {While: "while", For: "for"}.get(type(loop.term), "let")
        states = tuple(map(self.number, loop.types))
        inner, parts = scope.inside(states), []
        if kind == "let":
            parts = [(loop, scope)]
        elif kind == "while":
            init, cond, step = loop.children
            parts = [*((one, scope) for one in _several(init)), (cond, inner)]
            parts += [(one, inner) for one in _several(step)]
        else:
            source, init, step = loop.children
            item = self.number(source.type.types[0])
            inside = scope.inside((*states, item))
            parts = [(source, scope), *((one, scope) for one in _several(init))]
            parts += [(one, inside) for one in _several(step)]
        children = []
        for part, seen in (*parts, (result, inner)):
            children.append((yield self.visit(part, seen)))
        args = tuple(child.type for child in children)
        detail = None if kind == "let" else len(states)
        flags = (False,) * len(args)
        return node(self.rule(kind, self.number(typed.type), args, flags, detail), tuple(children))

    def number(self, type_: Type) -> int:
        """The number of a type. Raises OutsideError."""
        found = self.numbers.get(as_int(type_))
        if found is None:
            raise OutsideError
        return found

    def rule(
        self, kind: str, result: int, args: tuple[int, ...], flags: tuple[bool, ...], detail: Any
    ) -> Rule:
        """The grammar's rule, or a new one for a literal. Raises OutsideError."""
        found = self.rules.get(_key(kind, result, args, flags or (False,) * len(args), detail))
        if found is not None:
            return found
        if kind not in ("constant", "empty", "list", "if", "and", "or"):
            raise OutsideError
        binds = ((),) * len(args)
        return Rule(kind, result, args, binds, detail, lambdas=(None,) * len(args))


def _several(typed: Typed) -> Iterable[Typed]:
    return typed.children if isinstance(typed.term, Values) else (typed,)


def _flags(rule: Rule) -> tuple[bool, ...]:
    return tuple(one is not None for one in rule.lambdas) or (False,) * len(rule.args)


def _key(
    kind: str, result: int, args: tuple[int, ...], flags: tuple[bool, ...], detail: Any
) -> tuple[Any, ...]:
    """What tells rules apart; 1, 1.0 and True are three constants, 0.0 and -0.0 two."""
    told = (type(detail).__name__, repr(detail)) if kind in _TOLD else None
    return kind, result, args, flags, told


_TOLD = ("constant", "empty", "call", "project", "while", "for")


# ----------------------------------------------------------------------------- plain terms


def plain(term: Term) -> Term:
    """The term with one value for each `Let`, but where a loop stands there, whose variables
    have a term each."""
    return fold(term, _plainer)


def _plainer(old: Term, children: tuple[Term, ...]) -> Term:
    made = old.rebuild(children) if children else old
    if isinstance(made, For | While) and made.count == 1:
        return Let(1, made, Var(0), made.names[:1])
    if isinstance(made, For | While):
        init, step = (_apart(some, made.count) for some in (made.init, made.body))
        return replace(made, init=init, body=step)
    if not isinstance(made, Let):
        return made
    bound = _loop_of(made.bound)
    if isinstance(bound, For | While):
        return Let(made.count, bound, made.body, made.names)
    if made.count == 1:
        return made
    body = made.body
    for place in reversed(range(made.count)):
        value = shift(_chosen(made.bound, place), place)
        body = Let(1, value, body, made.names[place : place + 1])
    return body


def _apart(some: Term, count: int) -> Term:
    """So many values, each by a term of its own."""
    if isinstance(some, Values):
        return some
    return Values(tuple(_chosen(some, place) for place in range(count)))


def _loop_of(bound: Term) -> Term:
    """The loop that stands in a `Let` of its only variable, which `_plainer` put there."""
    is_own = isinstance(bound, Let) and bound.count == 1 and bound.body == Var(0)
    return bound.bound if is_own and isinstance(bound, Let) else bound


def _chosen(bound: Term, place: int) -> Term:
    """One value of a term of several. Raises OutsideError."""
    done: list[Term] = []
    todo: list[tuple[Term, bool]] = [(bound, False)]
    while todo:
        term, ready = todo.pop()
        match term:
            case If() if ready:
                orelse, then = done.pop(), done.pop()
                done.append(If(term.cond, then, orelse))
            case If():
                todo += [(term, True), (term.orelse, False), (term.then, False)]
            case Let() if ready:
                done.append(term.rebuild((term.bound, done.pop())))
            case Let():
                todo += [(term, True), (term.body, False)]
            case Values():
                done.append(term.items[place])
            case For() | While():
                done.append(Let(term.count, term, Var(term.count - 1 - place), term.names))
            case _:
                raise OutsideError
    return done[0]
