"""Small trees over a program's parameters, all of them, and their values on the examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

from progsynth.lang.engines import run_rows
from progsynth.lang.failure import Failure, Limits
from progsynth.lang.term import Function, Program, Term
from progsynth.lang.values import Value, identity_key
from progsynth.search.genetic.grammar import Grammar
from progsynth.search.genetic.tree import Tree, UnboundError, lower, node
from progsynth.search.problem import Problem

MOST = 1_500  # trees of each type that are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A small tree and its value on each row."""

    tree: Tree
    term: Term
    values: tuple[Value, ...]


def small_trees(grammar: Grammar, rng: Random, type_: int) -> list[Tree]:
    """The leaves of a type, and calls on leaves of which one is a variable."""
    made = [
        node(rule, args)
        for rule in grammar.rules[type_]
        if rule.kind == "call" and not any(rule.lambdas) and len(rule.args) <= 2
        for args in product(*(_leaves(grammar, arg) for arg in rule.args))
        if any(arg.rule.kind == "variable" for arg in args)
    ]
    if len(made) > MOST:
        made = rng.sample(made, MOST)
    return [*_leaves(grammar, type_), *made]


def of_variables(grammar: Grammar, type_: int) -> list[Tree]:
    """Empty containers, constants, variables; calls on variables, lists and tuples of them."""
    idle = [node(rule) for rule in grammar.leaves[type_] if rule.is_idle]
    made = [
        node(rule, args)
        for rule in grammar.rules[type_]
        if rule.kind in ("call", "list", "tuple") and not any(rule.lambdas)
        for args in product(*(_variables(grammar, arg) for arg in rule.args))
    ]
    return [*idle, *_leaves(grammar, type_), *made]


def _variables(grammar: Grammar, type_: int) -> list[Tree]:
    count = len(grammar.scope.places.get(type_, ()))
    return [node(grammar.variables[type_], number=n) for n in range(count)]


def _leaves(grammar: Grammar, type_: int) -> list[Tree]:
    constants = [node(rule) for rule in grammar.leaves[type_] if not rule.is_idle]
    return [*_variables(grammar, type_), *constants]


def expressions(
    trees: Sequence[Tree],
    grammar: Grammar,
    problem: Problem,
    rows: Sequence[tuple[Value, ...]],
    limits: Limits,
) -> list[Expression]:
    """The trees that fail on no row, with their values; of those with equal values the first."""
    found: dict[Any, Expression] = {}
    for tree in trees:
        try:
            term = lower(tree, grammar).term
        except UnboundError:
            continue
        values = values_of(term, grammar.types[tree.type], problem, rows, limits)
        if not any(isinstance(value, Failure) for value in values):
            key = tuple(map(identity_key, values))
            found.setdefault(key, Expression(tree, term, tuple(values)))
    return list(found.values())


def values_of(
    term: Term,
    type_: Any,
    problem: Problem,
    rows: Sequence[tuple[Value, ...]],
    limits: Limits,
) -> list[Value | Failure]:
    """The values of a term over the problem's parameters."""
    names = tuple(f"x{n}" for n in range(len(problem.types)))
    program = Program((Function("small", names, problem.types, type_, term),))
    return run_rows(program, rows, problem.dsl, limits)
