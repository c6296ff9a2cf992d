"""Values as JSON: one form each for what JSON itself lacks.

    a tuple                          [1, "a"] where the type says tuple, else {"$tuple": [1, "a"]}
    a dict with other keys than str  {"$dict": [[1, "one"], [2, "two"]]}
    a float that is no number        {"$float": "nan"}, {"$float": "inf"}, {"$float": "-inf"}
    a tensor                         {"$tensor": [0, 0.5, ...], "shape": [1, 8, 8]}

Everything else is written as it is; a dict with a key that starts with "$" uses the form of
dicts as well. A tensor's numbers stand flat, row by row, or nested; where the type says tensor,
nested lists of numbers alone will do.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from progsynth.errors import TaskError
from progsynth.lang.tensor import is_array
from progsynth.lang.types import MAX_DEPTH, Type
from progsynth.lang.values import Value, entry_types, show
from progsynth.plain import make_tensor

_SCALARS = frozenset((bool, int, float, str))
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def from_json(data: Any, type_: Type | None, where: str, depth: int = 0) -> Value:
    """The value that the data writes; a type, where known, makes arrays tuples.

    That the value is one of the type is for the caller to check. Raises TaskError for a wrong
    form, with its place.
    """
    if depth > MAX_DEPTH:
        raise TaskError(f"{where}: expected at most {MAX_DEPTH} levels of nesting, found more")
    if data is None:
        raise TaskError(f"{where}: expected a value, found null; the language has no None")
    if isinstance(data, list):
        if type_ is not None and type_.name == "tuple":
            return _tuple(data, type_, where, depth)
        item = type_.types[0] if type_ is not None and type_.name == "list" else None
        return [  # most items are scalars: they need no place
            d if type(d) in _SCALARS else from_json(d, item, f"{where}[{i}]", depth + 1)
            for i, d in enumerate(data)
        ]
    if isinstance(data, dict):
        form = next((key for key in data if key.startswith("$")), None)
        if form is not None:
            return _special(form, data, type_, where, depth)
        return _dict(data, type_, where, depth)
    return data


def _tuple(items: list[Any], type_: Type | None, where: str, depth: int) -> Value:
    known = type_ is not None and type_.name == "tuple" and len(type_.args) == len(items)
    types: list[Type | None] = [None] * len(items)
    if known and type_ is not None:
        types = list(type_.types)
    pairs = enumerate(zip(items, types, strict=True))
    return tuple(from_json(item, t, f"{where}[{i}]", depth + 1) for i, (item, t) in pairs)


def _dict(data: dict[str, Any], type_: Type | None, where: str, depth: int) -> Value:
    key_type, item = _entry_types(type_)
    if data and key_type is not None and key_type.name != "str":
        raise TaskError(
            f"{where}: expected {type_}, found an object, whose keys are always texts; "
            f'write {{"$dict": [[key, value], ...]}}'
        )
    return {k: from_json(d, item, f"{where}.{k}", depth + 1) for k, d in data.items()}


def _entry_types(type_: Type | None) -> tuple[Type | None, Type | None]:
    if type_ is not None and type_.name in ("dict", "graph", "memory"):
        return entry_types(type_)
    return None, None


def _special(form: str, data: dict[str, Any], type_: Type | None, where: str, depth: int) -> Value:
    held = data[form]
    if form == "$tensor":
        return _tensor(held, data, where)
    if form not in ("$tuple", "$dict", "$float"):
        raise TaskError(
            f"{where}: expected one of the forms $tuple, $dict, $float, $tensor, found '{form}'; a "
            f'dict with such a key is written {{"$dict": [["{form}", ...]]}}'
        )
    if len(data) > 1:
        others = ", ".join(repr(key) for key in data if key != form)
        raise TaskError(f"{where}: expected '{form}' alone in its object, found {others} as well")
    if form == "$float":
        if not isinstance(held, str) or held not in _FLOATS:
            raise TaskError(f'{where}.$float: expected "nan", "inf" or "-inf", found {show(held)}')
        return _FLOATS[held]
    if not isinstance(held, list):
        raise TaskError(f"{where}.{form}: expected a list, found {show(held)}")
    if form == "$tuple":
        return _tuple(held, type_, where, depth)
    return _entries(held, type_, where, depth)


def _tensor(held: Any, data: dict[str, Any], where: str) -> Value:
    shape = data.get("shape")
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        found = "nothing" if shape is None else show(shape)
        raise TaskError(
            f'{where}.shape: expected a list of whole numbers such as "shape": [1, 8, 8] beside '
            f"$tensor, found {found}"
        )
    others = ", ".join(repr(key) for key in data if key not in ("$tensor", "shape"))
    if others:
        raise TaskError(f"{where}: expected '$tensor' and 'shape' alone, found {others} as well")
    place, type_ = f"{where}.$tensor", Type("tensor", tuple(shape))
    flat = isinstance(held, list) and not any(isinstance(item, list) for item in held)
    count = math.prod(shape)
    if flat and len(shape) != 1 and len(held) != count:
        raise TaskError(
            f"{place}: expected {count} numbers for the shape {shape}, found {len(held)}"
        )
    if flat:
        held = make_tensor(held, Type("tensor", (count,)), place).reshape(type_.args)
    return make_tensor(held, type_, place)


def _entries(held: list[Any], type_: Type | None, where: str, depth: int) -> Value:
    key_type, item_type = _entry_types(type_)
    made: dict[Value, Value] = {}
    for number, pair in enumerate(held):
        place = f"{where}.$dict[{number}]"
        if not isinstance(pair, list) or len(pair) != 2:
            raise TaskError(f"{place}: expected a pair [key, value], found {show(pair)}")
        key = from_json(pair[0], key_type, place, depth + 1)
        try:
            taken = key in made
        except TypeError:
            raise TaskError(
                f"{place}: dict keys must be int, bool, str or tuples of these, found {show(key)}"
            ) from None
        if taken:
            raise TaskError(f"{place}: the key {show(key)} is given twice; take one of them out")
        made[key] = from_json(pair[1], item_type, place, depth + 1)
    return made


def to_json(value: Value, type_: Type | None = None) -> Any:
    """Data for `json.dumps` that `from_json` reads back, given the same type."""
    if is_array(value):
        return {"$tensor": [_short(x) for x in value.ravel()], "shape": list(value.shape)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, tuple):
        if type_ is None:
            return {"$tuple": [to_json(item) for item in value]}
        return [to_json(item, t) for item, t in zip(value, type_.types, strict=True)]
    if isinstance(value, list):
        item_type = type_.types[0] if type_ is not None else None
        return [to_json(item, item_type) for item in value]
    if isinstance(value, dict):
        key_type, item_type = _entry_types(type_)
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: to_json(item, item_type) for key, item in value.items()}
        pairs = value.items()
        return {"$dict": [[to_json(k, key_type), to_json(v, item_type)] for k, v in pairs]}
    return value


def _short(number: np.float32) -> float:
    """The number with as few digits as make it the same float32 again."""
    short = float(str(number))
    return short if np.float32(short) == number else float(number)
