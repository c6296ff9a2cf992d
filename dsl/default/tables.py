"""Tables: hash tables from keys to values that keep the order in which keys were first put."""

from __future__ import annotations

from functools import partial
from typing import Any

from progsynth.lang.primitive import primitive

kernel = partial(primitive, user=False)

Table = dict[Any, Any]


@kernel(
    "(d: dict[k, v]) -> int where k: hashable",
    name="len.dict",
    surface="len",
    python="len({d})",
    examples=[('len({"a": 1, "b": 2})', "2")],
)
def len_dict(d: Table) -> int:
    """The number of entries."""
    return len(d)


@kernel(
    "(d: dict[k, v], key: k) -> v where k: hashable",
    name="item.dict",
    surface="_[_]",
    python="{d}[{key}]",
    fuel="size(key) // 32",
    examples=[('{"a": 1}["a"]', "1")],
)
def item_dict(d: Table, key: Any) -> Any:
    """The value at the key. Fails with key when there is none."""
    return d[key]


@kernel(
    "(d: dict[k, v], key: k, default: v) -> v where k: hashable",
    name="get.dict",
    surface="get",
    python="{d}.get({key}, {default})",
    fuel="size(key) // 32",
    examples=[('get({"a": 1}, "a", 0)', "1"), ('get({"a": 1}, "b", 0)', "0")],
)
def get_dict(d: Table, key: Any, default: Any) -> Any:
    """The value at the key, or `default` when there is none."""
    return d.get(key, default)


@kernel(
    "(d: dict[k, v], key: k, value: v) -> dict[k, v] where k: hashable",
    name="put.dict",
    surface="put",
    python="{**{d}, {key}: {value}}",
    fuel="(len(d) + size(key)) // 32",
    cells="1",
    examples=[('put({"a": 1}, "b", 2)', '{"a": 1, "b": 2}'), ("put({1: 0}, 1, 5)[1]", "5")],
)
def put_dict(d: Table, key: Any, value: Any) -> Table:
    """The table with that value at the key; a new key comes last."""
    return {**d, key: value}


@kernel(
    "(d: dict[k, v], key: k) -> dict[k, v] where k: hashable",
    name="delete.dict",
    surface="delete",
    fuel="(len(d) + size(key)) // 32",
    cells="1",
    examples=[('delete({"a": 1, "b": 2}, "a")', '{"b": 2}')],
)
def delete_dict(d: Table, key: Any) -> Table:
    """The table without that key. Fails with key when it is not there."""
    rest = dict(d)
    del rest[key]
    return rest


@kernel(
    "(key: k, d: dict[k, v]) -> bool where k: hashable",
    name="in.dict",
    surface="_ in _",
    python="{key} in {d}",
    fuel="size(key) // 32",
    examples=[('"a" in {"a": 1}', "True")],
)
def in_dict(key: Any, d: Table) -> bool:
    """Does the table hold the key?"""
    return key in d


@kernel(
    "(d: dict[k, v]) -> list[k] where k: hashable",
    python="list({d})",
    fuel="len(d) // 32",
    cells="1 + len(d)",
    examples=[("keys({2: 0, 1: 0})", "[2, 1]")],
)
def keys(d: Table) -> list[Any]:
    """The keys, in the order in which they were first put."""
    return list(d)


@kernel(
    "(d: dict[k, v]) -> list[v] where k: hashable",
    python="list({d}.values())",
    fuel="len(d) // 32",
    cells="1 + len(d)",
    examples=[("values({2: 5, 1: 6})", "[5, 6]")],
)
def values(d: Table) -> list[Any]:
    """The values, in the order of their keys."""
    return list(d.values())


@kernel(
    "(d: dict[k, v]) -> list[tuple[k, v]] where k: hashable",
    python="list({d}.items())",
    fuel="len(d) // 32",
    cells="1 + 3 * len(d)",
    examples=[('items({"a": 1, "b": 2})', '[("a", 1), ("b", 2)]')],
)
def items(d: Table) -> list[tuple[Any, Any]]:
    """The pairs of keys and values, in order."""
    return list(d.items())


@kernel(
    "(pairs: list[tuple[k, v]]) -> dict[k, v] where k: hashable",
    python="dict({pairs})",
    fuel="size(pairs) // 32",
    cells="1 + 2 * len(pairs)",
    examples=[('dict_of([("a", 1), ("b", 2), ("a", 3)])', '{"a": 3, "b": 2}')],
)
def dict_of(pairs: list[tuple[Any, Any]]) -> Table:
    """The table of these keys and values; where a key comes twice, the last value counts."""
    return dict(pairs)
