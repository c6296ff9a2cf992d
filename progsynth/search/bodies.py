"""Lambda bodies: the elements they are tried on, and the callables they become.

Bodies are enumerated like all else, on rows of values: here a row is one setting of the
variables in sight, taken from a pool of elements that occur in the examples. Two bodies that
agree on the pool are merged. When a call meets an element outside the pool, the body is
evaluated there all the same and the element is noted; the search then starts a new pass with a
larger pool, on which such bodies fall into classes of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from progsynth.lang.types import SCALARS, STR, Type
from progsynth.lang.values import entry_types, identity_key
from progsynth.search.kernels import FAIL
from progsynth.search.space import Scope

POOL_START = 40  # settings of the variables in a pool before anything is noted
POOL_LIMIT = 48  # and at most
_PER_EXAMPLE = 24  # elements of one type taken from one example

Env = tuple[Any, ...]


@dataclass
class Pool:
    """The settings of one inner scope's variables that its bodies are tried on.

    `envs` holds the values of the variables in sight; in an open scope those that belong to
    row `i` of the scope outside are `envs[start[i]:start[i + 1]]`. `keys` are the elements
    themselves, made hashable. `noted` collects what was met outside the pool.
    """

    scope: Scope
    envs: list[Env] = field(default_factory=list)
    keys: list[list[Hashable]] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    noted: dict[tuple[int, Hashable], Env] = field(default_factory=dict)


Noted = dict[Scope, dict[tuple[int, Hashable], Env]]


def key_function(types: tuple[Type, ...]) -> Callable[..., Hashable]:
    """What makes the arguments of a lambda of these types a hashable key."""
    if len(types) == 1:
        return key_of(types[0])
    parts = [key_of(t) for t in types]
    return lambda *args: tuple([key(arg) for key, arg in zip(parts, args, strict=True)])


def key_of(type_: Type) -> Callable[[Any], Hashable]:
    """What makes a value of the type a hashable key that only equal values share."""
    if is_plain(type_):
        return _same
    if type_.name == "list" and is_plain(type_.types[0]):
        return tuple
    return identity_key


def is_plain(type_: Type) -> bool:
    """Are values of the type hashable as they are, and equal only when identical?"""
    if type_.name == "tuple":
        return all(map(is_plain, type_.types))
    return type_ in SCALARS and type_.name != "float"


def _same(value: Any) -> Any:
    return value


def elements(type_: Type, value: Any, wanted: Type) -> Iterator[Any]:
    """The values of the wanted type inside a value."""
    if type_ == wanted:
        yield value
    if type_.name == "list":
        for item in value:
            yield from elements(type_.types[0], item, wanted)
    elif type_.name == "tuple":
        for part, item in zip(type_.types, value, strict=True):
            yield from elements(part, item, wanted)
    elif type_.name in ("dict", "graph", "memory"):
        key_type, item_type = entry_types(type_)
        for key, item in value.items():
            yield from elements(key_type, key, wanted)
            yield from elements(item_type, item, wanted)


def make_pool(
    scope: Scope,
    outer: Sequence[Env],
    hints: Sequence[Sequence[tuple[Type, Any]]],
    noted: dict[tuple[int, Hashable], Env],
) -> Pool:
    """The pool of an inner scope.

    `outer` are the rows of the scope outside, `hints` typed values that belong to each of them
    (what its variables hold, and the output wanted), `noted` what earlier passes met.
    """
    key = key_function(scope.own)
    found: list[dict[Hashable, Env]] = []
    for number, here in enumerate(hints):
        own: dict[Hashable, Env] = {}
        for (row, seen), env in noted.items():
            if row == number or scope.closed:
                own.setdefault(seen, env)
        for args in _arguments(scope.own, here):
            own.setdefault(key(*args), args)
        found.append(own)
    if scope.closed:
        merged: dict[Hashable, Env] = {}
        for seen, env in _in_turn(found):
            merged.setdefault(seen, env)
        kept = dict(islice(merged.items(), max(POOL_START, min(POOL_LIMIT, len(noted)))))
        return Pool(scope, list(kept.values()), [list(kept)], [0, len(kept)])
    pool = Pool(scope, start=[0])
    share = max(1, max(POOL_START, min(POOL_LIMIT, len(noted))) // max(1, len(found)))
    for env, own in zip(outer, found, strict=True):
        chosen = dict(islice(own.items(), share))
        pool.envs += [env + args for args in chosen.values()]
        pool.keys.append(list(chosen))
        pool.start.append(len(pool.envs))
    return pool


def _arguments(own: tuple[Type, ...], here: Sequence[tuple[Type, Any]]) -> Iterator[Env]:
    columns = []
    for wanted in own:
        values = (v for type_, value in here for v in elements(type_, value, wanted))
        column = list(islice(values, _PER_EXAMPLE))
        if wanted == STR:  # words and characters are what lambdas over text meet
            column += islice((part for text in column for part in (*text.split(), *text)), 24)
        columns.append(column)
    if len(columns) == 1:
        yield from ((v,) for v in columns[0])
        return
    yield from zip(*columns, strict=False)  # neighbours first, then some of the other pairs
    yield from product(*(column[:3] for column in columns))


def _in_turn(found: Iterable[dict[Hashable, Env]]) -> Iterator[tuple[Hashable, Env]]:
    """The entries of all, one of each in turn, so that a bound leaves something of each."""
    pending = [iter(one.items()) for one in found]
    while pending:
        left = []
        for one in pending:
            entry = next(one, None)
            if entry is not None:
                yield entry
                left.append(one)
        pending = left


class _Table(dict[Hashable, Any]):
    """A body's values by element; an element that is not there is computed and noted."""

    __slots__ = ("miss",)
    miss: Callable[[Any], Any]

    def __missing__(self, element: Any) -> Any:
        value = self.miss(element)
        self[element] = value
        return value


def callables(
    pool: Pool, row: Sequence[Any], run: Callable[[Env], Any], outer: Sequence[Env]
) -> list[Callable[..., Any]]:
    """The body as a callable for each row of the scope outside.

    `row` holds its values on the pool, `run` evaluates it anywhere.
    """
    if pool.scope.closed:
        one = callable_of(pool, 0, row, run, ())
        return [one] * len(outer)
    bounds = zip(pool.start, pool.start[1:], strict=False)
    return [
        callable_of(pool, number, row[first:last], run, outer[number])
        for number, (first, last) in enumerate(bounds)
    ]


def callable_of(
    pool: Pool, number: int, row: Sequence[Any], run: Callable[[Env], Any], env: Env
) -> Callable[..., Any]:
    """The body as a callable for row `number` of the scope outside, whose variables are `env`.

    `row` holds the body's values on that row's part of the pool.
    """
    own = pool.scope.own
    keys, noted = pool.keys[number], pool.noted
    known = set(keys) if FAIL in row else ()
    if len(own) == 1 and is_plain(own[0]):

        def miss(element: Any) -> Any:
            if element not in known:
                noted.setdefault((number, element), (element,))
            return run((*env, element))

        table = _Table(zip(keys, row, strict=True))
        for key in known:
            if table[key] is FAIL:
                del table[key]
        table.miss = miss
        return table.__getitem__
    values = dict(zip(keys, row, strict=True))
    key_of_args = key_function(own)

    def call(*args: Any) -> Any:
        key = key_of_args(*args)
        value = values.get(key, FAIL)
        if value is FAIL:
            if key not in values:
                noted.setdefault((number, key), args)
            value = values[key] = run(env + args)
        return value

    return call
