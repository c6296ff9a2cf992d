"""Breeding hybrid programs: what the genetic search draws and varies, with submodules in it.

All that a program can learn from a tensor it learns by a submodule. Among a hundred primitives
that give an int a submodule would be drawn once in thirty times, and nineteen of twenty programs
would not look at their inputs: so submodules get a share of their own of the draws, and a program
without any is drawn, mutated or mated again, a few times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from progsynth.lang.types import walk_type
from progsynth.search.genetic import deap_tools
from progsynth.search.genetic.grammar import Grammar, Rule
from progsynth.search.genetic.search import GeneticSearch
from progsynth.search.genetic.tree import Tree, nodes
from progsynth.search.problem import Problem

R = TypeVar("R")

_SHARE = 0.2  # of the draws of a type, for the submodules that answer with it
_TRIES = 20


def favour_submodules(search: GeneticSearch, problem: Problem) -> None:
    """Make the search breed programs that call submodules, where there are tensors to read."""
    if not any(inner.name == "tensor" for type_ in problem.types for inner in walk_type(type_)):
        return  # a sketch that has read them already
    names = frozenset(one.name for one in problem.neural)
    search.grammar = favouring(search.grammar, names)
    ours = search.toolbox
    operators = {
        "generate": _again(ours.generate, _itself, names),
        "mutate": _again(ours.mutate, _first, names),
        "mate": _again(ours.mate, _first, names),
        "select": ours.select,
    }
    search.toolbox = deap_tools.toolbox(None, operators)


def favouring(grammar: Grammar, names: frozenset[str]) -> Grammar:
    """The grammar with a share of their own for calls of these, in the types that they give."""
    rules = tuple(_favoured(some, names) for some in grammar.rules)
    sums = tuple(tuple(accumulate(rule.weight for rule in some)) for some in rules)
    return replace(grammar, rules=rules, sums=sums)


def _favoured(rules: Sequence[Rule], names: frozenset[str]) -> tuple[Rule, ...]:
    own = sum(rule.weight for rule in rules if _calls(rule, names))
    others = sum(rule.weight for rule in rules) - own
    if not own or not others:
        return tuple(rules)
    factor = max(1.0, _SHARE / (1 - _SHARE) * others / own)
    return tuple(
        replace(rule, weight=rule.weight * factor) if _calls(rule, names) else rule
        for rule in rules
    )


def _calls(rule: Rule, names: frozenset[str]) -> bool:
    return rule.kind == "call" and rule.detail in names


def _again(
    operator: Callable[..., R], tree_of: Callable[[R], Tree], names: frozenset[str]
) -> Callable[..., R]:
    """The operator, used again as long as what it gives calls none of these."""

    def repeated(*args: object) -> R:
        made = operator(*args)
        for _ in range(_TRIES):
            if any(_calls(tree.rule, names) for tree in nodes(tree_of(made))):
                break
            made = operator(*args)
        return made

    return repeated


def _itself(tree: Tree) -> Tree:
    return tree


def _first(trees: tuple[Tree, ...]) -> Tree:
    return trees[0]
