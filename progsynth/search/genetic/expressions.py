"""Small expressions over some variables, each behaviour once, and as trees of the grammar.

They come from the bank of the bottom-up search: in order of cost, and of those that are equal on
some settings of the variables only the first (observational equivalence; Udupa et al. 2013,
section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from progsynth import registry
from progsynth.lang.failure import Limits
from progsynth.lang.values import Value
from progsynth.search import space as spaces
from progsynth.search.bank import Bank, Entry
from progsynth.search.constants import mine
from progsynth.search.genetic.grammar import BINDERS, Grammar, Rule
from progsynth.search.genetic.scope import Scope
from progsynth.search.genetic.tree import Tree, node, variable
from progsynth.search.kernels import Kernels
from progsynth.search.levels import Levels
from progsynth.search.problem import Problem
from progsynth.search.universe import make_space
from progsynth.task import Example

_DEAREST = 12  # cost of an expression

Setting = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An expression over variables: as a function of a setting of them, and what it is made of."""

    run: Callable[[Setting], Value]
    entry: Entry
    symbol: spaces.Symbol

    @property
    def cost(self) -> int:
        """What the searches pay for it."""
        return self.entry.cost


@dataclass(slots=True)
class Enumeration:
    """The expressions of one type over some variables; `executions` counts as it goes on."""

    space: spaces.Space
    bank: Bank
    root: spaces.Symbol

    @property
    def executions(self) -> int:
        """Steps that were run, on one setting each."""
        return self.bank.executions

    def expressions(self, executions: int) -> Iterator[Expression | None]:
        """In order of cost, until so many executions are spent; None now and then."""
        levels = Levels(self.space, self.bank, self.root, keep_root=True)
        for level in range(1, _DEAREST + 1):
            for filled in levels.fill(level):
                if filled is None:
                    yield None
                if self.executions > executions:
                    break
            for entry in self.bank.shelf(self.root).cell(level):
                yield Expression(self.bank.runner(self.root.scope, entry), entry, self.root)
            if self.executions > executions:
                return


class Expressions:
    """Enumerates expressions for one problem; kernels and spaces are made once."""

    def __init__(self, problem: Problem, grammar: Grammar, limits: Limits):
        self.problem = problem
        self.grammar = grammar
        self.kernels = Kernels(problem.dsl, limits)
        self.spaces: dict[tuple[int, ...], spaces.Space] = {}
        self.numbers = {type_: number for number, type_ in enumerate(grammar.types)}
        self.rules = {
            _key_of(rule): rule
            for some in (*grammar.leaves, *grammar.rules)
            for rule in some
            if rule.kind not in BINDERS
        }
        examples = [Example(i, o) for i, o in zip(problem.inputs, problem.outputs, strict=True)]
        own = examples if problem.is_whole else []
        only = registry.forms(problem.dsl.name).constants
        self.constants = mine(problem.types, problem.result, own, problem.constants, only=only)

    def over(
        self, variables: tuple[int, ...], settings: Sequence[Setting], type_: int
    ) -> Enumeration:
        """Those of a type over variables of these types, told apart by these settings."""
        types = self.grammar.types
        space = self.space(variables, type_)
        top = space.top(tuple(types[t] for t in variables))
        bank = Bank(space, self.kernels, top, settings, [[] for _ in settings])
        return Enumeration(space, bank, space.symbol(top, types[type_]))

    def space(self, variables: tuple[int, ...], type_: int) -> spaces.Space:
        """The space of expressions of the type over variables of these types."""
        key = (*variables, type_)
        found = self.spaces.get(key)
        if found is None:
            types = self.grammar.types
            found = self.spaces[key] = make_space(
                self.problem.dsl,
                tuple(types[t] for t in variables),
                types[type_],
                self.constants,
                allowed=self.problem.allowed,
            )
        return found

    def tree(self, expression: Expression, scope: Scope) -> Tree | None:
        """The expression as a tree, its variables the innermost of a scope; None where the
        grammar lacks a rule of it."""
        symbol = expression.symbol
        return self._tree(expression.entry, symbol.scope, scope, self.numbers[symbol.type])

    def _tree(self, entry: Entry, here: spaces.Scope, scope: Scope, type_: int) -> Tree | None:
        """An entry of the bank as a tree; None where the grammar lacks a rule of it."""
        production = entry.production
        if production.kind == "variable":
            outside = len(scope.types) - len(here.visible)
            return variable(self.grammar, scope, outside + production.detail)
        args, lambdas, children = [], [], []
        for symbol, arg in zip(production.args, entry.args, strict=True):
            number = self.numbers.get(symbol.type)
            bound = symbol.scope.own if symbol.scope is not here else ()
            if number is None or any(t not in self.numbers for t in bound):
                return None
            inner = scope.inside(tuple(self.numbers[t] for t in bound))
            child = self._tree(arg, symbol.scope, inner, number)
            if child is None:
                return None
            args.append(number)
            lambdas.append(symbol.scope is not here)
            children.append(child)
        key = _key(production.kind, type_, tuple(args), tuple(lambdas), production.detail)
        rule = self.rules.get(key)
        return None if rule is None else node(rule, tuple(children))


def _key(
    kind: str, type_: int, args: tuple[int, ...], lambdas: tuple[bool, ...], detail: Any
) -> tuple[Any, ...]:
    """What tells rules apart; 1, 1.0 and True are three constants."""
    told = (type(detail).__name__, detail) if kind in _TOLD else None
    return kind, type_, args, lambdas, told


_TOLD = ("constant", "empty", "call", "project")


def _key_of(rule: Rule) -> tuple[Any, ...]:
    lambdas = tuple(one is not None for one in rule.lambdas) or (False,) * len(rule.args)
    return _key(rule.kind, rule.result, rule.args, lambdas, rule.detail)
