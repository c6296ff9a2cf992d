"""Values of programs, as Python values: how they are typed, compared, measured and ordered.

int, float, bool and str are Python's (ints within 64 bits); `list` is a list, `tuple` a tuple,
`dict` a dict (insertion-ordered), `graph` a dict of dicts of floats, `memory` a dict, `choice`
an int, `tensor` a NumPy array of float32 of exactly its shape (a task makes them C-contiguous
and read-only). Engines never change a value once it is made, so values may be shared freely.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from progsynth.lang.tensor import (
    array_text,
    is_array,
    numbers_of,
    same_shape,
    tensor_key,
    tensor_misfit,
    tensor_type,
)
from progsynth.lang.types import (
    BOOL,
    FLOAT,
    INT,
    MAX_DEPTH,
    STR,
    Type,
    dict_of,
    list_of,
    substitute,
    tuple_of,
    unify,
)

Value = Any

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


def int64(number: int) -> int:
    """The number itself; OverflowError when it does not fit in 64 bits."""
    if INT_MIN <= number <= INT_MAX:
        return number
    raise OverflowError("an integer outside 64 bits")


def size_of(value: Value) -> int:
    """The logical cells of a value: one a scalar or character, one more a container, deep.

    A tensor is a container of its numbers.

    >>> size_of([[1, 2], []]), size_of("abc"), size_of({"a": 1})
    (5, 4, 4)
    """
    return _size(value, {})


def _size(value: Value, known: dict[int, int]) -> int:
    # What is shared is counted at each use but measured once: a few steps of a program can
    # make a value of more cells than could ever be walked.
    if isinstance(value, str):
        return 1 + len(value)
    if not isinstance(value, list | tuple | dict):
        return 1 + int(value.size) if is_array(value) else 1
    found = known.get(id(value))
    if found is not None:
        return found
    if isinstance(value, dict):
        found = 1 + sum(_size(k, known) + _size(v, known) for k, v in value.items())
    elif isinstance(value, list) and value and isinstance(value[0], int | float):
        found = 1 + len(value)  # its items are of one type
    else:
        found = 1 + sum(_size(item, known) for item in value)
    known[id(value)] = found
    return found


_KEYS = frozenset((int, str))  # of these, what tells itself apart from all else of its type


def equal(left: Value, right: Value) -> bool:
    """The language's `==` on two values of one type: NaN equals nothing, dicts ignore order."""
    if isinstance(left, int | float | str):  # most values: they are asked for first
        return bool(left == right)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            key in right and equal(value, right[key]) for key, value in left.items()
        )
    if is_array(left):
        return same_shape(left, right) and bool((left == right).all())
    return bool(left == right)


def order_key(value: Value) -> Any:
    """A key that sorts values of one type: numbers by size, NaN last, sequences item by item."""
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value)
    if isinstance(value, list | tuple):
        return [order_key(item) for item in value]
    return value


def identity_key(value: Value) -> Hashable:
    """A hashable key: equal for values of one type that no program can tell apart.

    It tells -0.0 from 0.0 and True from 1, makes NaN equal to itself, and keeps a dict's order.
    """
    if type(value) in _KEYS:
        return value
    if isinstance(value, float):
        return struct.pack("<d", value) if not math.isnan(value) else b"nan"
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("list", *map(identity_key, value))
    if isinstance(value, tuple):
        return ("tuple", *map(identity_key, value))
    if isinstance(value, dict):
        items = [(identity_key(k), identity_key(v)) for k, v in value.items()]
        return ("dict", *items)
    return tensor_key(value) if is_array(value) else value


def close(left: Value, right: Value, tolerance: float) -> bool:
    """`equal`, but floats may differ by `tolerance`, absolute or relative, and NaN matches NaN."""
    if type(left) in _KEYS:
        return bool(left == right)
    if isinstance(left, float) and isinstance(right, float):
        if math.isnan(left) or math.isnan(right):
            return math.isnan(left) and math.isnan(right)
        return left == right or math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(
            close(a, b, tolerance) for a, b in zip(left, right, strict=True)
        )
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            key in right and close(value, right[key], tolerance) for key, value in left.items()
        )
    if is_array(left):
        return same_shape(left, right) and close(numbers_of(left), numbers_of(right), tolerance)
    return bool(left == right)


# ------------------------------------------------------------------------ values and types


_SCALARS: dict[str, Any] = {"int": int, "float": float, "bool": bool, "str": str}


def misfit(value: Value, type_: Type) -> str:
    """Why the value is not one of the type, with the place inside it; '' when it is."""
    name = type_.name
    if type_.is_variable:
        return ""
    if name in _SCALARS:
        if type(value) is not _SCALARS[name]:
            return f"expected {type_}, found {show(value)}"
        if name == "int" and not INT_MIN <= value <= INT_MAX:
            return f"expected an integer of 64 bits, found {show(value)}"
        return ""
    if name == "choice":
        size = type_.args[0]
        fits = type(value) is int and isinstance(size, int) and 0 <= value < size
        return "" if fits else f"expected {type_}, found {show(value)}"
    if name == "list":
        return _misfit_items(value, list, type_, [type_.types[0]])
    if name == "tuple":
        if isinstance(value, tuple) and len(value) != len(type_.args):
            return f"expected {len(type_.args)} items, found {show(value)}"
        return _misfit_items(value, tuple, type_, list(type_.types))
    if name in ("dict", "graph", "memory"):
        return _misfit_dict(value, type_)
    if name == "tensor" and is_array(value):
        return tensor_misfit(value, type_)
    if name == "tensor":
        return f"expected {type_}, a NumPy array, found {show(value)}"
    return f"values of type {type_} cannot be given here"


def _misfit_items(value: Value, cls: Any, type_: Type, items: list[Type]) -> str:
    if type(value) is not cls:
        return f"expected {type_}, found {show(value)}"
    for position, item in enumerate(value):
        why = misfit(item, items[position % len(items)])
        if why:
            return f"item {position}: {why}"
    return ""


def _misfit_dict(value: Value, type_: Type) -> str:
    if type(value) is not dict:
        return f"expected {type_}, found {show(value)}"
    key_type, value_type = entry_types(type_)
    for key, item in value.items():
        why = misfit(key, key_type) or misfit(item, value_type)
        if why:
            return f"key {show(key)}: {why}"
    return ""


def entry_types(type_: Type) -> tuple[Type, Type]:
    """The types of keys and values of a dict, a graph or a memory."""
    if type_.name == "dict":
        return type_.types[0], type_.types[1]
    if type_.name == "graph":
        return type_.types[0], dict_of(type_.types[0], FLOAT)
    assert type_.name == "memory"
    return STR, type_.types[0]


def type_of(value: Value, fresh: Iterable[str] | None = None) -> Type | None:
    """The type of a Python value, or None when no type fits (mixed items, other objects).

    Empty lists and dicts have variables for their items' types, named "?0", "?1", ... A list
    that mixes ints and floats is no list of the language: readers widen ints first.
    """
    names = iter(fresh if fresh is not None else (f"?{i}" for i in range(10**9)))
    by: dict[str, Type] = {}

    def guess(item: Value, depth: int) -> Type | None:
        if depth > MAX_DEPTH:
            return None
        for scalar, cls in ((BOOL, bool), (INT, int), (FLOAT, float), (STR, str)):
            if type(item) is cls:
                return scalar
        if type(item) is tuple:
            parts = [guess(part, depth + 1) for part in item]
            return None if None in parts else tuple_of(*(p for p in parts if p))
        if type(item) is list:
            inner = common(item, depth)
            return list_of(inner) if inner else None
        if type(item) is dict:
            keys, values = common(item.keys(), depth), common(item.values(), depth)
            return dict_of(keys, values) if keys and values else None
        return tensor_type(item) if is_array(item) else None

    def common(items: Iterable[Value], depth: int) -> Type | None:
        found = Type(next(names))
        for item in items:
            one = guess(item, depth + 1)
            if one is None or not unify(found, one, by):
                return None
        return found

    found = guess(value, 0)
    return None if found is None else substitute(found, by)


def show(value: Value, width: int = 60) -> str:
    """The value as text for messages, cut to `width` characters."""
    try:
        text = repr(_without_arrays(value))
    except (RecursionError, ValueError):  # nested too deep; an int of too many digits
        text = f"a {type(value).__name__} too large to show"
    return text if len(text) <= width else f"{text[: width - 3]}..."


@dataclass(frozen=True, slots=True)
class _Text:
    """Stands for a value in the text of a larger one."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _without_arrays(value: Value) -> Any:
    """The value with a short text in place of each array in it."""
    if type(value) is list:
        return [_without_arrays(item) for item in value]
    if type(value) is tuple:
        return tuple(_without_arrays(item) for item in value)
    if type(value) is dict:
        return {key: _without_arrays(item) for key, item in value.items()}
    return _Text(array_text(value)) if is_array(value) else value
