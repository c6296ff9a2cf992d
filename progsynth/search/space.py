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

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.term import Build, Call, If, Project, Term, const
from progsynth.lang.types import (
    ARITY,
    BOOL,
    INT,
    SCALARS,
    Signature,
    Type,
    depth_of,
    has_class,
    list_of,
    substitute,
    tuple_of,
    type_problem,
    unify,
    variables,
    walk_type,
)

IF_COST = 2
LOGIC_COST = 1  # `and`, `or`
LITERAL_COST = 1  # a list or tuple built of its items, a tuple's item
FOREIGN_COST = 2  # more for a scalar type that the request does not have
CONTAINER_COST = 1  # more for a dict, a tuple or a list of lists where the request has none
FAR = 1_000_000  # more than any cost

_HEADS = ("list", "tuple", "dict")  # containers that may appear though the request has none


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
    _scopes: dict[tuple[Any, ...], Scope] = field(default_factory=dict)
    _least: dict[Scope, dict[Type, int]] = field(default_factory=dict)
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
        found = self._least.get(scope)
        if found is not None:
            return found
        found = self._least[scope] = dict.fromkeys(scope.visible, 1)
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
            for type_, args, cost in _built(self.least):
                made[type_, args, (), cost + self.surcharge(type_) * (type_ not in args)] = None
            self._known_rules.extend(made)  # type: ignore[arg-type]
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
        if type_.name in ("list", "dict"):
            yield Production("empty", type_.name, LITERAL_COST + extra)
        for instance in self.instances.get(type_, ()):
            yield from self._calls(scope, instance)
        yield from self._structures(scope, type_, extra)

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


# ------------------------------------------------------------------------- making a space


def make_space(
    dsl: DSL,
    params: tuple[Type, ...],
    result: Type,
    constants: Iterable[Constant],
    *,
    allowed: tuple[str, ...] = (),
    max_nesting: int = 1,
    max_types: int = 16,
    horizon: int = 12,
) -> Space:
    """The space of programs from `params` to `result` over the DSL.

    `allowed` limits the primitives to these names, instance or surface; empty allows all. Beside
    the request's scalars there are int and bool, and float and str where it has scalars only. Types
    nest at most one deeper than those of the request. Of the types reached, the `max_types`
    that are lightest are kept, and none that only programs dearer than `horizon` need.
    """
    constants = tuple(constants)
    params = tuple(p for p in params if p in SCALARS or p.name in ARITY)
    given = {t for one in (*params, result) for t in walk_type(one)}
    depth = max((depth_of(t) for t in given), default=0) + 1
    surcharge, weight = _surcharge(given), _weight(given)
    heaviest = max(5, _HEAVIER + max(map(weight, given)))
    usable = list(_usable(dsl, allowed))
    start: dict[Type, int] = {}
    for one in (*params, *(c.type for c in constants)):
        for t in walk_type(one):
            start[t] = 1
    start[BOOL] = 1
    instances: dict[tuple[Any, ...], Instance] = {}
    least = dict(start)

    scalars = {*given, INT, BOOL, *(c.type for c in constants)} & set(SCALARS)
    if given <= set(SCALARS):
        scalars = set(SCALARS)

    @cache
    def fits(type_: Type) -> bool:
        return (
            depth_of(type_) <= depth
            and weight(type_) <= heaviest
            and all(
                (t.name in _HEADS or t in scalars or t in given) and not type_problem(t)
                for t in walk_type(type_)
            )
        )

    tried: set[tuple[str, tuple[Type, ...]]] = set()
    for _ in range(_ROUNDS):
        before = len(instances), dict(least)
        for callee in usable:
            for by in _substitutions(callee.signature, least):
                key = (callee.name, tuple(by.values()))
                if key not in tried:
                    tried.add(key)
                    _add_instance(callee, by, fits, surcharge, instances)
        least = _least_costs(start, instances.values())
        if before == (len(instances), least):
            break
        light = sorted(least, key=lambda t: (t not in given, weight(t), str(t)))[:max_types]
        least = {t: c for t, c in least.items() if t in set(light)}
        instances = {k: i for k, i in instances.items() if _known(i, least)}
    least = _nearest(least, instances.values(), result, horizon, given)
    instances = {k: i for k, i in instances.items() if _known(i, least)}
    by_result: dict[Type, list[Instance]] = {}
    for instance in instances.values():
        if instance.cost < FAR:
            by_result.setdefault(instance.result, []).append(instance)
    frozen = {t: tuple(found) for t, found in by_result.items()}
    return Space(frozen, least, constants, max_nesting, surcharge)


_ROUNDS = 4
_HEAVIER = 3  # than the request's types, by their weight, is a type that is looked at


def _weight(given: set[Type]) -> Callable[[Type], int]:
    """How far from the request's types a type is: the number of its parts, some counted more."""

    def weigh(type_: Type) -> int:
        if not type_.types:
            return 1 if type_ in given or type_ == INT else 3
        return (2 if type_.name == "dict" else 1) + sum(map(weigh, type_.types))

    return weigh


def _surcharge(given: set[Type]) -> Callable[[Type], int]:
    heads = {t.name for t in given}
    deepest = max(1, *map(depth_of, given))

    def extra(type_: Type) -> int:
        inside = list(walk_type(type_))
        foreign = any(t in SCALARS and t not in given and t not in (INT, BOOL) for t in inside)
        container = depth_of(type_) > deepest or any(
            t.name in ("tuple", "dict") and t.name not in heads for t in inside
        )
        return FOREIGN_COST * foreign + CONTAINER_COST * container

    return extra


@dataclass(frozen=True, slots=True)
class _Callee:
    name: str
    surface: str
    signature: Signature
    cost: int


def _usable(dsl: DSL, allowed: tuple[str, ...]) -> Iterator[_Callee]:
    for name in dsl:
        surface = dsl.surface_of(name)
        if allowed and name not in allowed and surface not in allowed:
            continue
        callee = dsl[name]
        signature = signature_of(callee)
        inner = [t for t in signature.types if t.name == "fn"]
        if any(len(t.types) == 1 or any(p.name == "fn" for p in t.types) for t in inner):
            continue  # parameters in lazy positions, and functions of functions
        yield _Callee(name, surface, signature, getattr(callee, "cost", 1))


def _substitutions(signature: Signature, known: dict[Type, int]) -> Iterator[dict[str, Type]]:
    """What the signature's variables may stand for, so that its arguments are of known types."""
    found: list[dict[str, Type]] = [{}]
    heads: dict[str, list[Type]] = {}
    for type_ in known:
        heads.setdefault(type_.name, []).append(type_)
    for param in signature.types:
        if param.name == "fn":
            continue
        if not variables(param):
            if param not in known:
                return
            continue
        extended = []
        for by in found:
            for type_ in known if param.is_variable else heads.get(param.name, ()):
                more = dict(by)
                if unify(param, type_, more) and more not in extended:
                    extended.append(more)
        found = extended
    free = variables(signature.type)
    for by in found:
        left = [v for v in free if v not in by]
        for chosen in product(known, repeat=len(left)):
            full = {**by, **dict(zip(left, chosen, strict=True))}
            if _classes_hold(signature, full):
                yield full


def _classes_hold(signature: Signature, by: dict[str, Type]) -> bool:
    return all(has_class(substitute(by[v], by), cls) for v, cls in signature.classes)


def _add_instance(
    callee: _Callee,
    by: dict[str, Type],
    fits: Callable[[Type], bool],
    surcharge: Callable[[Type], int],
    instances: dict[tuple[Any, ...], Instance],
) -> None:
    signature = callee.signature
    params = tuple(substitute(t, by) for t in signature.types)
    result = substitute(signature.result, by)
    key = (callee.name, params, result)
    if key in instances:
        return
    plain = [p for param in params for p in (param.types if param.name == "fn" else (param,))]
    if not all(map(fits, (*plain, result))):
        return
    feedback = tuple(map(_feeds_back, signature.types))
    cost = callee.cost + surcharge(result)
    mirrored = _commutes(callee.surface, params)
    instances[key] = Instance(callee.name, cost, params, result, feedback, mirrored)


def _feeds_back(param: Type) -> bool:
    if param.name != "fn":
        return False
    *inputs, output = param.types
    names = set(variables(output))
    return output in inputs or any(names & set(variables(i)) for i in inputs)


def _commutes(surface: str, params: tuple[Type, ...]) -> bool:
    """Is the call the same with its arguments exchanged? Known of the operators only."""
    if surface in ("_ + _", "_ * _"):
        return params == (INT, INT)
    return surface in ("_ == _", "_ != _") and params[0] == params[1]


def _arguments(instance: Instance) -> Iterator[Type]:
    for param in instance.params:
        yield param.types[-1] if param.name == "fn" else param


def _built(least: dict[Type, int]) -> Iterator[tuple[Type, tuple[Type, ...], int]]:
    """The literals: result, arguments, cost."""
    for type_ in least:
        if type_.name == "list":
            yield type_, (), LITERAL_COST
            yield type_, (type_.types[0],), LITERAL_COST
        elif type_.name == "dict":
            yield type_, (), LITERAL_COST
        elif type_.name == "tuple":
            yield type_, type_.types, LITERAL_COST
            for item in type_.types:
                yield item, (type_,), LITERAL_COST
        yield type_, (BOOL, type_, type_), IF_COST


def _least_costs(start: dict[Type, int], instances: Iterable[Instance]) -> dict[Type, int]:
    """The least cost of a value of each type, bounded below, by iteration to a fixed point.

    The items of a known list count as known: they are what a lambda sees.
    """
    least = dict(start)
    rules = [(i.result, tuple(_arguments(i)), i.cost) for i in instances]
    changed = True
    while changed:
        changed = False
        for type_, args, cost in (*rules, *_built(least)):
            total = cost + sum(least.get(a, FAR) for a in args)
            if total < least.get(type_, FAR):
                least[type_] = total
                for inner in walk_type(type_):
                    least[inner] = min(least.get(inner, FAR), 1 if inner != type_ else total)
                changed = True
    return least


def _outside_costs(
    least: dict[Type, int], instances: Iterable[Instance], result: Type
) -> dict[Type, int]:
    """The least cost of a program around a value of each type, bounded below."""
    outside = {result: 0}
    rules = [(i.result, tuple(_arguments(i)), i.cost) for i in instances]
    rules += list(_built(least))
    changed = True
    while changed:
        changed = False
        for type_, args, cost in rules:
            around = outside.get(type_, FAR) + cost + sum(least.get(a, FAR) for a in args)
            for arg in args:
                here = around - least.get(arg, FAR)
                if here < outside.get(arg, FAR):
                    outside[arg] = here
                    changed = True
    return outside


def _nearest(
    least: dict[Type, int],
    instances: Iterable[Instance],
    result: Type,
    horizon: int,
    given: set[Type],
) -> dict[Type, int]:
    outside = _outside_costs(least, instances, result)
    near = {t for t in least if least[t] + outside.get(t, FAR) <= horizon}
    # The order of discovery is kept: it decides the order of enumeration.
    chosen = {*near, BOOL, *(t for t in given if t in least)}
    return {t: c for t, c in least.items() if t in chosen}


def _known(instance: Instance, least: dict[Type, int]) -> bool:
    types = [p for param in instance.params for p in _parts(param)]
    return all(t in least for t in (*types, instance.result))


def _parts(param: Type) -> tuple[Type, ...]:
    return param.types if param.name == "fn" else (param,)


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


__all__ = [
    "Constant",
    "Production",
    "Scope",
    "Space",
    "Symbol",
    "build_term",
    "make_space",
    "list_of",
    "tuple_of",
]
