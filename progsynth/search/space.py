"""The programs a bottom-up search looks at: a tree grammar made from a DSL and a request.

A `Symbol` is a type within a `Scope`; its productions say how a value of the type is made there.
Polymorphic primitives are instantiated at the types of a bounded universe. A lambda is an
argument whose body is a symbol of an inner scope. There are two inner scopes for the same
parameters: a closed one that sees these parameters only, whose bodies mean the same everywhere,
and an open one that sees the variables outside as well.

The least cost of a value (`least`) and of the program around it (`outside`) say which symbols
matter up to a cost, and how far each has to be filled (Knuth 1977): a value of cost c takes part
in programs of cost c + outside and more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from progsynth.grammar.forms import EVERY, Forms
from progsynth.lang.term import Build, Call, If, Project, Term, const
from progsynth.lang.types import (
    BOOL,
    Type,
)

IF_COST = 2
LOGIC_COST = 1  # `and`, `or`
LITERAL_COST = 1  # a list or tuple built of its items, a tuple's item
FAR = 1_000_000  # more than any cost


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal that programs may use, and what one use costs."""

    value: int | float | bool | str
    type: Type
    cost: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A primitive or function at fixed types. `feedback` marks the arguments that are functions
    whose results come back as their arguments, as in fold."""

    name: str
    cost: int
    params: tuple[Type, ...]
    result: Type
    feedback: tuple[bool, ...]
    commutative: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The variables in sight, outermost first: those of `parent` unless closed, then `own`.

    `feedback`: its bodies are merged only by the results of the whole call. `visible` are the
    types of the variables in sight, `nesting` is how many lambdas surround it. A space has one
    scope of each kind, which makes comparing them cheap.
    """

    own: tuple[Type, ...]
    parent: Scope | None
    closed: bool
    feedback: bool
    visible: tuple[Type, ...]
    nesting: int


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """The values of one type in one scope; `least` is a lower bound of their cost."""

    scope: Scope
    type: Type
    least: int


@dataclass(frozen=True, slots=True)
class Production:
    """One way to make a value of a symbol.

    `kind` is "variable", "constant", "empty", "call", "if", "and", "or", "list", "tuple" or
    "project"; `detail` is a variable's position from the outermost, a constant's value, a
    callee's name, an empty container's kind or an item's position. An argument whose scope is
    not the symbol's own is the body of a lambda.
    """

    kind: str
    detail: Any
    cost: int
    args: tuple[Symbol, ...] = ()
    commutative: bool = False


@dataclass
class Space:
    """Symbols and their productions, made as they are asked for."""

    instances: dict[Type, tuple[Instance, ...]]
    least: dict[Type, int]
    constants: tuple[Constant, ...]
    max_nesting: int = 1
    surcharge: Callable[[Type], int] = field(default=lambda _: 0)
    forms: Forms = EVERY
    _scopes: dict[tuple[Any, ...], Scope] = field(default_factory=dict)
    _least: dict[tuple[frozenset[Type], bool], dict[Type, int]] = field(default_factory=dict)
    _known_rules: list[tuple[Type, tuple[Type, ...], tuple[Type, ...], int]] = field(
        default_factory=list
    )
    _symbols: dict[tuple[Scope, Type], Symbol] = field(default_factory=dict)
    _made: dict[Symbol, tuple[Production, ...]] = field(default_factory=dict)

    def top(self, params: tuple[Type, ...]) -> Scope:
        """The scope of a program's parameters."""
        return self._scope(params, None, True, False)

    def symbol(self, scope: Scope, type_: Type) -> Symbol:
        """The symbol of that type there."""
        found = self._symbols.get((scope, type_))
        if found is None:
            found = Symbol(scope, type_, self._least_in(scope).get(type_, FAR))
            self._symbols[scope, type_] = found
        return found

    def _least_in(self, scope: Scope) -> dict[Type, int]:
        """The least cost of a value of each type in the scope, bodies of lambdas bounded below."""
        key = (frozenset(scope.visible), scope.nesting >= self.max_nesting)
        found = self._least.get(key)
        if found is not None:
            return found
        found = self._least[key] = dict.fromkeys(scope.visible, 1)
        for constant in self.constants:
            found[constant.type] = min(found.get(constant.type, FAR), constant.cost)
        changed = True
        while changed:
            changed = False
            for type_, plain, bodies, cost in self._rules():
                if bodies and scope.nesting >= self.max_nesting:
                    continue
                total = cost
                for arg in plain:
                    total += found.get(arg, FAR)
                for body in bodies:
                    total += self.least[body]
                if total < found.get(type_, FAR):
                    found[type_] = total
                    changed = True
        return found

    def _rules(self) -> list[tuple[Type, tuple[Type, ...], tuple[Type, ...], int]]:
        """The productions by type: result, arguments, results of lambdas, cost; each once."""
        if not self._known_rules:
            made: dict[tuple[Any, ...], None] = {}
            for instances in self.instances.values():
                for i in instances:
                    plain = tuple(p for p in i.params if p.name != "fn")
                    bodies = tuple(p.types[-1] for p in i.params if p.name == "fn")
                    made[i.result, plain, bodies, i.cost] = None
            for type_, args, cost in literals(self.least, self.forms):
                made[type_, args, (), cost + self.surcharge(type_) * (type_ not in args)] = None
            self._known_rules.extend(made)
        return self._known_rules

    def _scope(
        self, own: tuple[Type, ...], parent: Scope | None, closed: bool, feedback: bool
    ) -> Scope:
        key = (own, parent, closed, feedback)
        found = self._scopes.get(key)
        if found is None:
            outer = () if closed or parent is None else parent.visible
            nesting = 0 if parent is None else parent.nesting + 1
            found = Scope(own, parent, closed, feedback, (*outer, *own), nesting)
            self._scopes[key] = found
        return found

    def productions(self, symbol: Symbol) -> tuple[Production, ...]:
        """The ways to make a value of the symbol, leaves first."""
        found = self._made.get(symbol)
        if found is None:
            found = self._made[symbol] = tuple(self._productions(symbol))
        return found

    def _productions(self, symbol: Symbol) -> Iterator[Production]:
        scope, type_ = symbol.scope, symbol.type
        for place, visible in enumerate(scope.visible):
            if visible == type_:
                yield Production("variable", place, 1)
        for constant in self.constants:
            if constant.type == type_:
                yield Production("constant", constant.value, constant.cost)
        extra = self.surcharge(type_)
        if type_.name in ("list", "dict") and "empty" in self.forms.kinds:
            yield Production("empty", type_.name, LITERAL_COST + extra)
        for instance in self.instances.get(type_, ()):
            yield from self._calls(scope, instance)
        for production in self._structures(scope, type_, extra):
            if production.kind in self.forms.kinds:
                yield production

    def _structures(self, scope: Scope, type_: Type, extra: int) -> Iterator[Production]:
        own = self.symbol(scope, type_)
        if type_.name == "list":
            item = self.symbol(scope, type_.types[0])
            yield Production("list", 1, LITERAL_COST + extra, (item,))
            yield Production("list", 2, LITERAL_COST + extra, (item, item))
        if type_.name == "tuple":
            items = tuple(self.symbol(scope, t) for t in type_.types)
            yield Production("tuple", len(items), LITERAL_COST + extra, items)
        for other in self.least:
            if other.name == "tuple":
                for place, item_type in enumerate(other.types):
                    if item_type == type_:
                        whole = self.symbol(scope, other)
                        yield Production("project", place, LITERAL_COST, (whole,))
        condition = self.symbol(scope, BOOL)
        if type_ == BOOL:
            yield Production("and", None, LOGIC_COST, (own, own))
            yield Production("or", None, LOGIC_COST, (own, own))
        yield Production("if", None, IF_COST, (condition, own, own))

    def _calls(self, scope: Scope, instance: Instance) -> Iterator[Production]:
        choices: list[list[Symbol]] = []
        for param, feedback in zip(instance.params, instance.feedback, strict=True):
            if param.name != "fn":
                choices.append([self.symbol(scope, param)])
                continue
            if scope.nesting >= self.max_nesting:
                return
            *own, result = param.types
            inner = [self._scope(tuple(own), scope, c, feedback) for c in (True, False)]
            choices.append([self.symbol(one, result) for one in inner])
        for args in product(*choices):
            yield Production("call", instance.name, instance.cost, args, instance.commutative)

    def merged(self, production: Production) -> Production:
        """The same with a lambda, its first argument, whose bodies are merged by their values."""
        body = production.args[0]
        scope = body.scope
        if not scope.feedback:
            return production
        other = self.symbol(self._scope(scope.own, scope.parent, scope.closed, False), body.type)
        return replace(production, args=(other, *production.args[1:]))


def literals(
    least: dict[Type, int], forms: Forms = EVERY
) -> Iterator[tuple[Type, tuple[Type, ...], int]]:
    """The literals and conditionals: result, arguments, cost."""
    for kind, type_, args, cost in _forms_of(least):
        if kind in forms.kinds:
            yield type_, args, cost


def _forms_of(least: dict[Type, int]) -> Iterator[tuple[str, Type, tuple[Type, ...], int]]:
    for type_ in least:
        if type_.name in ("list", "dict"):
            yield "empty", type_, (), LITERAL_COST
        if type_.name == "list":
            yield "list", type_, (type_.types[0],), LITERAL_COST
        elif type_.name == "tuple":
            yield "tuple", type_, type_.types, LITERAL_COST
            for item in type_.types:
                yield "project", item, (type_,), LITERAL_COST
        yield "if", type_, (BOOL, type_, type_), IF_COST


# ---------------------------------------------------------------------------------- terms


def build_term(production: Production, args: tuple[Term, ...]) -> Term:
    """The term of a production that is not a variable; bodies arrive as `Lambda`s."""
    match production.kind:
        case "constant":
            return const(production.detail)
        case "empty":
            return Build(production.detail, ())
        case "call":
            return Call(production.detail, args)
        case "if":
            return If(*args)
        case "and":
            return If(args[0], args[1], const(False))
        case "or":
            return If(args[0], const(True), args[1])
        case "list" | "tuple":
            return Build(production.kind, args)
        case "project":
            return Project(production.detail, args[0])
    raise AssertionError(f"no such production: {production.kind}")
