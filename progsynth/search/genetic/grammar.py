"""What trees are made of: typed rules, made from a pack, a request and constants.

Types are numbered, and a rule says how a value of one type is made of values of others, and
which variables each of these sees besides those in scope. Loops are templates that hold no
comparison or arithmetic of their own: the initial values, the condition, the next values and
the result are all evolved. Weights say how often generation takes a rule: a primitive has the
same share whether it is met at one type or at twenty, and what leads away from the types of the
request is rare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import accumulate, product
from typing import Any

from progsynth import registry
from progsynth.lang.primitive import signature_of
from progsynth.lang.term import Build, Function
from progsynth.lang.types import (
    BOOL,
    INT,
    SCALARS,
    Type,
    as_int,
    fn_of,
    match,
    walk_type,
)
from progsynth.search.constants import mine
from progsynth.search.genetic.scope import Scope
from progsynth.search.problem import Problem
from progsynth.search.space import Constant, Instance, Space
from progsynth.search.universe import make_space
from progsynth.task import Example

# How often each kind of rule is taken where all are to be had.
SHARES: Mapping[str, float] = {
    "variable": 10.0,
    "constant": 3.0,
    "empty": 0.2,
    "call": 10.0,
    "if": 2.5,
    "and": 0.5,
    "or": 0.5,
    "list": 0.7,
    "tuple": 3.0,
    "project": 2.0,
    "let": 0.3,
    "while": 2.0,
    "for": 2.0,
}
LEAVES = ("variable", "constant", "empty")
BINDERS = ("let", "while", "for")  # a condition of while holds none of them outside lambdas

_STATES = {1: 0.45, 2: 0.4, 3: 0.15}  # how often a loop has so many variables
_AWAY = 0.2  # the affinity of a container that the request does not have
_FOREIGN = 0.05  # and of a scalar
_STRANGE = 0.1  # of a loop without a state of the result's type
_OBVIOUS = 0.1  # of True and False, which are rarely what a condition shall be
_OPERATOR = 3.0  # how much more often an operator is used than a named function
_SUBMODULE = 6.0  # and a neural submodule, which is declared to be used
_MOST_STATES = 6  # types that states of loops may have


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One way to make a value of type number `result` of values of the types `args`.

    `binds` are the types of the variables that each of these sees in addition. `detail` is a
    constant's value, a callee's name, a position in a tuple. `lambdas` has the function type
    where an argument is the body of a lambda; `by` says what a callee's type variables stand
    for.
    """

    kind: str
    result: int
    args: tuple[int, ...] = ()
    binds: tuple[tuple[int, ...], ...] = ()
    detail: Any = None
    weight: float = 1.0
    lambdas: tuple[Type | None, ...] = ()
    by: Mapping[str, Type] = field(default_factory=dict)
    is_test: bool = False  # a question about two values of one type
    code: int = field(init=False, default=0)  # what it says as a number, the same in all processes

    def __post_init__(self) -> None:
        told = (self.kind, self.result, self.args, self.binds, type(self.detail).__name__)
        text = f"{told} {self.detail!r}".encode("utf-8", "backslashreplace")
        code = int.from_bytes(blake2b(text, digest_size=7).digest())
        object.__setattr__(self, "code", code)

    @property
    def is_idle(self) -> bool:
        """Is it a leaf with which a program gets nowhere, but to start a loop: [], {}, False?"""
        return self.kind == "empty" or (self.kind == "constant" and type(self.detail) is bool)

    def is_condition(self, place: int) -> bool:
        """Is that argument the condition of a `while`?"""
        return self.kind == "while" and place == self.detail

    def is_start(self, place: int) -> bool:
        """Is that argument what a variable of a loop starts with?"""
        first = 1 if self.kind == "for" else 0
        return self.kind in ("while", "for") and first <= place < first + self.detail

    def is_outcome(self, place: int) -> bool:
        """Is that argument what a loop gives when it is done?"""
        return self.kind in ("while", "for") and place == len(self.args) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """The rules of a problem by the number of their result's type.

    `leaves` are constants and empty containers, `rules` all that have arguments, `sums` their
    weights added up; `variables` has the one rule of each type's variables. `scope` holds the
    program's parameters, `goal` is its result's type.
    """

    types: tuple[Type, ...]
    variables: tuple[Rule, ...]
    leaves: tuple[tuple[Rule, ...], ...]
    rules: tuple[tuple[Rule, ...], ...]
    sums: tuple[tuple[float, ...], ...]
    scope: Scope
    goal: int
    test: int  # the number of bool
    least: dict[frozenset[int], Any] = field(default_factory=dict)  # see `least`
    fixed: bool = False  # are its constants all that there may be?
    memo: dict[Any, Any] = field(default_factory=dict, init=False)  # of generation and variation

    def within(self, scope: Scope) -> Grammar:
        """The grammar of trees that see other variables."""
        return replace(self, scope=scope)


def make_grammar(problem: Problem) -> Grammar:
    """The grammar of a problem's programs: its pack, submodules and constants."""
    examples = [Example(i, o) for i, o in zip(problem.inputs, problem.outputs, strict=True)]
    own_examples = examples if problem.is_whole else []
    forms = registry.forms(problem.dsl.name)
    constants = mine(
        problem.types, problem.result, own_examples, problem.constants, only=forms.constants
    )
    submodules = tuple(
        Function(n.name, n.params, n.types, as_int(n.result), Build("list", ()))
        for n in problem.neural
    )
    params, result = tuple(map(as_int, problem.types)), as_int(problem.result)
    # The result counts as a type at hand: loops start from its literals.
    space = make_space(
        problem.dsl.extend(*submodules),
        (*params, result),
        result,
        constants,
        allowed=problem.allowed,
    )
    return _Maker(problem, space, params, result, submodules).make()


class _Maker:
    """The making of a grammar: types get numbers as they are met."""

    def __init__(
        self,
        problem: Problem,
        space: Space,
        params: tuple[Type, ...],
        result: Type,
        submodules: tuple[Function, ...],
    ):
        self.problem = problem
        self.space = space
        self.params = params
        self.result = result
        self.submodules = {f.name: f for f in submodules}
        self.given = {t for one in (*params, result) for t in walk_type(one)}
        self.numbers: dict[Type, int] = {}
        for type_ in (result, *params, BOOL, *space.least):
            self.numbers.setdefault(type_, len(self.numbers))

    def make(self) -> Grammar:
        types = tuple(self.numbers)
        leaves: list[list[Rule]] = [[] for _ in types]
        rules: list[list[Rule]] = [[] for _ in types]
        for rule in self.all_leaves():
            leaves[rule.result].append(rule)
        for made in (self.calls(), self.structures(), self.loops()):
            for rule in made:
                if rule.kind == "call" or rule.kind in self.space.forms.kinds:
                    rules[rule.result].append(rule)
        weighed = tuple(tuple(_shared_out(some)) for some in rules)
        return Grammar(
            types,
            tuple(Rule("variable", n, weight=SHARES["variable"]) for n in range(len(types))),
            tuple(map(tuple, leaves)),
            weighed,
            tuple(tuple(accumulate(rule.weight for rule in some)) for some in weighed),
            Scope.of(tuple(self.numbers[t] for t in self.params)),
            self.numbers[self.result],
            self.numbers[BOOL],
            fixed=self.space.forms.constants is not None,
        )

    def affinity(self, type_: Type) -> float:
        """How close a type is to the request: 1 for its own."""
        if type_ in self.given or type_ == INT:
            return 1.0
        if type_ == BOOL:
            return _AWAY
        if type_.name == "fn":
            return min(map(self.affinity, type_.types))
        if type_ in SCALARS or not type_.types:
            return _FOREIGN
        return _AWAY * min(map(self.affinity, type_.types))

    def all_leaves(self) -> Iterator[Rule]:
        constants = [c for c in self.space.constants if c.type in self.numbers]
        totals: dict[Type, float] = defaultdict(float)
        for constant in constants:
            totals[constant.type] += _cheapness(constant)
        for c in constants:
            weight = SHARES["constant"] * _cheapness(c) / totals[c.type]
            weight *= _OBVIOUS if c.type == BOOL else 1.0
            yield Rule("constant", self.numbers[c.type], detail=c.value, weight=weight)
        for type_, number in self.numbers.items():
            if type_.name in ("list", "dict") and "empty" in self.space.forms.kinds:
                yield Rule("empty", number, detail=type_.name, weight=SHARES["empty"])

    def calls(self) -> Iterator[Rule]:
        for type_, instances in self.space.instances.items():
            groups: dict[str, list[Instance]] = defaultdict(list)
            for instance in instances:
                groups[instance.name].append(instance)
            for group in groups.values():
                close = [min(self.affinity(p) for p in i.params or (type_,)) for i in group]
                for instance, share in zip(group, close, strict=True):
                    cost = min(i.cost for i in group)
                    weight = max(close) * share / sum(close) * 2.0 ** (1 - cost)
                    if instance.name in self.submodules:
                        weight *= _SUBMODULE
                    elif is_operator(self.problem.dsl.surface_of(instance.name)):
                        weight *= _OPERATOR
                    yield self.call(instance, weight)

    def call(self, instance: Instance, weight: float) -> Rule:
        callee = self.submodules.get(instance.name) or self.problem.dsl[instance.name]
        signature = signature_of(callee)
        by = match(signature.type, fn_of(instance.params, instance.result))
        assert by is not None, "an instance is one of its callee's types"
        args, binds, lambdas = [], [], []
        for param in instance.params:
            own = param.types if param.name == "fn" else (param,)
            args.append(self.numbers[own[-1]])
            binds.append(tuple(self.numbers[t] for t in own[:-1]))
            lambdas.append(param if param.name == "fn" else None)
        return Rule(
            "call",
            self.numbers[instance.result],
            tuple(args),
            tuple(binds),
            instance.name,
            weight,
            tuple(lambdas),
            by,
            instance.result == BOOL and len(set(instance.params)) == 1 < len(instance.params),
        )

    def structures(self) -> Iterator[Rule]:
        """Literals, projections, conditionals, `and`, `or`, `let`."""
        condition = self.numbers[BOOL]
        for type_, number in self.numbers.items():
            yield _plain("if", number, (condition, number, number))
            if type_.name == "list":
                item = self.numbers.get(type_.types[0])
                if item is not None:
                    yield _plain("list", number, (item,))
                    yield _plain("list", number, (item, item), weight=0.5)
            if type_.name == "tuple" and all(t in self.numbers for t in type_.types):
                items = tuple(self.numbers[t] for t in type_.types)
                yield _plain("tuple", number, items)
                for place, item in enumerate(items):
                    weight = self.affinity(type_)
                    yield _plain("project", item, (number,), detail=place, weight=weight)
            if type_ == BOOL:
                yield _plain("and", number, (number, number))
                yield _plain("or", number, (number, number))
            for state in self.states():
                yield Rule("let", number, (state, number), ((), (state,)))

    def states(self) -> tuple[int, ...]:
        """The types of loop variables: the request's own, and int."""
        own = dict.fromkeys((self.result, *self.params, INT, *sorted(self.given, key=str)))
        known = [self.numbers[t] for t in own if t in self.numbers]
        return tuple(known[:_MOST_STATES])

    def loops(self) -> Iterator[Rule]:
        """`while` over one to three variables, `for` over a list with one or two."""
        condition = self.numbers[BOOL]
        sources = {
            number: (self.numbers[type_.types[0]], self.affinity(type_))
            for type_, number in self.numbers.items()
            if type_.name == "list" and type_.types[0] in self.numbers
        }
        closest = max((affinity for _, affinity in sources.values()), default=1.0)
        for count, share in _STATES.items():
            combinations = list(product(self.states(), repeat=count))
            for result in range(len(self.numbers)):
                known = [1.0 if result in states else _STRANGE for states in combinations]
                reach = 1.0 if self.types_of(result) in self.given else _STRANGE
                for states, some in zip(combinations, known, strict=True):
                    weight = share * reach * some / sum(known)
                    yield _while(result, states, condition, weight)
                    for source, (item, affinity) in sources.items() if count < 3 else ():
                        yield _for(result, states, source, item, weight * affinity / closest)

    def types_of(self, number: int) -> Type:
        """The type of a number."""
        return list(self.numbers)[number]


def is_operator(surface: str) -> bool:
    """Is it written as a form of the grammar, such as `_ + _`, not by a name?"""
    return not surface.isidentifier()


def _cheapness(constant: Constant) -> float:
    return 4.0**-constant.cost


def _plain(
    kind: str, result: int, args: tuple[int, ...], *, detail: Any = None, weight: float = 1.0
) -> Rule:
    return Rule(kind, result, args, ((),) * len(args), detail, weight)


def _while(result: int, states: tuple[int, ...], condition: int, weight: float) -> Rule:
    args = (*states, condition, *states, result)
    binds = ((),) * len(states) + (states,) * (len(states) + 2)
    return Rule("while", result, args, binds, len(states), weight)


def _for(result: int, states: tuple[int, ...], source: int, item: int, weight: float) -> Rule:
    args = (source, *states, *states, result)
    inside = ((*states, item),) * len(states)
    binds = ((),) * (len(states) + 1) + inside + (states,)
    return Rule("for", result, args, binds, len(states), weight)


def _shared_out(rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules of one type with weights of which each kind has its share."""
    by_kind: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_kind[rule.kind].append(rule)
    for kind, some in by_kind.items():
        total = sum(r.weight for r in some)
        for r in some:
            weight = SHARES[kind] * r.weight / max(total, 1.0 if kind in BINDERS else 0.0)
            yield replace(r, weight=weight)
