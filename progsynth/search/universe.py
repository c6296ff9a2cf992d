"""The space of a request: which types its programs may go through, and what at those types.

Types are reached from the parameters and constants by what the DSL has, and kept where a program
can lead back from them to the result. Light types come first: those made of the request's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from progsynth import registry
from progsynth.grammar.forms import Forms
from progsynth.lang.primitive import DSL, signature_of
from progsynth.lang.types import (
    ARITY,
    BOOL,
    INT,
    SCALARS,
    Signature,
    Type,
    depth_of,
    has_class,
    substitute,
    type_problem,
    unify,
    variables,
    walk_type,
)
from progsynth.search.space import FAR, Constant, Instance, Space, literals

FOREIGN_COST = 2  # more for a scalar type that the request does not have
CONTAINER_COST = 1  # more for a dict, a tuple or a list of lists where the request has none

_HEADS = ("list", "tuple", "dict")  # containers that may appear though the request has none


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
    that are lightest are kept, and none that only programs dearer than `horizon` need. Of the
    core's own forms there are those that the pack has (`registry.forms`).
    """
    constants, forms = tuple(constants), registry.forms(dsl.name)
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
        least = _least_costs(start, instances.values(), forms)
        if before == (len(instances), least):
            break
        light = sorted(least, key=lambda t: (t not in given, weight(t), str(t)))[:max_types]
        least = {t: c for t, c in least.items() if t in set(light)}
        instances = {k: i for k, i in instances.items() if _known(i, least)}
    least = _nearest(least, instances.values(), forms, result, horizon, given)
    instances = {k: i for k, i in instances.items() if _known(i, least)}
    by_result: dict[Type, list[Instance]] = {}
    for instance in instances.values():
        if instance.cost < FAR:
            by_result.setdefault(instance.result, []).append(instance)
    frozen = {t: tuple(found) for t, found in by_result.items()}
    return Space(frozen, least, constants, max_nesting, surcharge, forms)


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


def _least_costs(
    start: dict[Type, int], instances: Iterable[Instance], forms: Forms
) -> dict[Type, int]:
    """The least cost of a value of each type, bounded below, by iteration to a fixed point.

    The items of a known list count as known: they are what a lambda sees.
    """
    least = dict(start)
    rules = [(i.result, tuple(_arguments(i)), i.cost) for i in instances]
    changed = True
    while changed:
        changed = False
        for type_, args, cost in (*rules, *literals(least, forms)):
            total = cost + sum(least.get(a, FAR) for a in args)
            if total < least.get(type_, FAR):
                least[type_] = total
                for inner in walk_type(type_):
                    least[inner] = min(least.get(inner, FAR), 1 if inner != type_ else total)
                changed = True
    return least


def _outside_costs(
    least: dict[Type, int], instances: Iterable[Instance], forms: Forms, result: Type
) -> dict[Type, int]:
    """The least cost of a program around a value of each type, bounded below."""
    outside = {result: 0}
    rules = [(i.result, tuple(_arguments(i)), i.cost) for i in instances]
    rules += list(literals(least, forms))
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
    forms: Forms,
    result: Type,
    horizon: int,
    given: set[Type],
) -> dict[Type, int]:
    outside = _outside_costs(least, instances, forms, result)
    near = {t for t in least if least[t] + outside.get(t, FAR) <= horizon}
    # The order of discovery is kept: it decides the order of enumeration.
    chosen = {*near, BOOL, *(t for t in given if t in least)}
    return {t: c for t, c in least.items() if t in chosen}


def _known(instance: Instance, least: dict[Type, int]) -> bool:
    types = [p for param in instance.params for p in _parts(param)]
    return all(t in least for t in (*types, instance.result))


def _parts(param: Type) -> tuple[Type, ...]:
    return param.types if param.name == "fn" else (param,)
