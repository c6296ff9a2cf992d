"""The request of a task, which is the type of the function wanted: read and inferred.

`infer` joins the types that all examples show, whose values are `plain` (see plain.py): an empty
list says nothing of its items, and ints among floats count as floats.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from progsynth.errors import PackError, TaskError
from progsynth.lang.tensor import is_array, tensor_type
from progsynth.lang.types import (
    ARITY,
    BOOL,
    FLOAT,
    INT,
    STR,
    Type,
    dict_of,
    fn_of,
    list_of,
    parse_type,
    tuple_of,
    type_problem,
    walk_type,
)
from progsynth.lang.values import Value, show
from progsynth.near import near_names

Row = tuple[str, tuple[Value, ...], Value]  # what messages call the example, inputs, output

_EXAMPLE = "write it like 'list[int] -> int' or '(list[int], str) -> bool'"
_TYPE_NAMES = sorted(set(ARITY) - {"fn"})

# ------------------------------------------------------------------------------ reading


def parse_request(text: str) -> Type:
    """The function type that `text` writes, with or without parentheses around its parameters.

    >>> str(parse_request("list[int], int -> int"))
    '(list[int], int) -> int'

    Raises TaskError.
    """
    if not isinstance(text, str):
        raise TaskError(f"request: expected a text, found {show(text)}; {_EXAMPLE}")
    arrows = _top_level_arrows(text)
    for opening, closing in ("()", "[]"):
        if text.count(opening) != text.count(closing):
            raise TaskError(
                f"request {text!r}: expected as many '{closing}' as '{opening}', "
                f"found {text.count(closing)} and {text.count(opening)}; {_EXAMPLE}"
            )
    if not arrows:
        raise TaskError(f"request {text!r}: found no '->' in it; {_EXAMPLE}")
    if len(arrows) > 1:
        raise TaskError(
            f"request {text!r}: expected one '->', found {len(arrows)}; "
            "parameters are separated by commas: '(int, list[int]) -> int'"
        )
    params, result = text[: arrows[0]].strip(), text[arrows[0] + 2 :].strip()
    if not _is_parenthesised(params):
        params = f"({params})"
    for word in re.findall(r"[A-Za-z_]\w+", text):
        if word not in _TYPE_NAMES:
            near = near_names(word, _TYPE_NAMES)
            raise TaskError(f"request {text!r}: no type '{word}'{near}")
    try:
        return check_request(parse_type(f"{params} -> {result}"))
    except PackError as error:
        why = str(error).partition("': ")[2] or str(error)
        raise TaskError(f"request {text!r}: {why}; {_EXAMPLE}") from None


def request_text(request: Type) -> str:
    """The request as it is written in files: without parentheses around a single parameter.

    >>> request_text(parse_request("(list[int]) -> int"))
    'list[int] -> int'
    """
    params = ", ".join(map(str, request.types[:-1]))
    one = len(request.types) == 2
    return f"{params if one else f'({params})'} -> {request.types[-1]}"


def _top_level_arrows(text: str) -> list[int]:
    depth, found = 0, []
    for place, char in enumerate(text):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif depth == 0 and text.startswith("->", place):
            found.append(place)
    return found


def _is_parenthesised(text: str) -> bool:
    """Is the first bracket a round one that closes at the very end?"""
    if not text.startswith("("):
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if depth == 0:
            return place == len(text) - 1
    return False


def check_request(request: Type) -> Type:
    """The request itself. Raises TaskError when examples cannot be given for such a type."""
    if request.name != "fn":
        raise TaskError(f"request {request}: expected the type of a function; {_EXAMPLE}")
    *params, result = request.types
    if not params:
        raise TaskError(f"request {request}: expected one parameter or more, found none")
    for type_ in (*params, result):
        for inner in walk_type(type_):
            if inner.is_variable:
                raise TaskError(
                    f"request {request}: expected types that are known, found the variable "
                    f"'{inner}'; write what the examples hold, for example {INT}"
                )
            if inner.name == "fn":
                raise TaskError(
                    f"request {request}: a function cannot be given in an example, found {type_}"
                )
    return request


# ------------------------------------------------------------------------------ inferring

_UNKNOWN = Type("?")


def infer(rows: Sequence[Row]) -> Type:
    """The request that plain examples show. Raises TaskError where they are ambiguous."""
    check_counts(rows)
    places = [f"input {i + 1}" for i in range(len(rows[0][1]))] + ["the output"]
    found = [_infer_place(rows, i, place) for i, place in enumerate(places)]
    request = fn_of(tuple(found[:-1]), found[-1])
    for place, type_ in zip(places, found, strict=True):
        if any(t == _UNKNOWN for t in walk_type(type_)):
            sample = request_text(_with_ints(request))
            raise TaskError(
                f"cannot tell the type of {place}: found only {type_} in the examples, every "
                f"list or dict there is empty; write the request, for example '{sample}'"
            )
    return check_request(request)


def check_counts(rows: Sequence[Row]) -> None:
    """Raises TaskError unless every example has as many inputs as the first one."""
    first, inputs, _ = rows[0]
    for label, others, _ in rows:
        if len(others) != len(inputs):
            raise TaskError(
                f"{label}: expected {len(inputs)} input(s), as in {first}, found {len(others)}; "
                "every example has the same number of inputs"
            )


def _with_ints(type_: Type) -> Type:
    if type_ == _UNKNOWN:
        return INT
    return Type(type_.name, tuple(_with_ints(t) for t in type_.types))


def _infer_place(rows: Sequence[Row], place: int, name: str) -> Type:
    joined = _UNKNOWN
    seen: list[Type] = []
    for label, inputs, output in rows:
        value = (*inputs, output)[place]
        one = _shape(value, f"{label}, {name}")
        both = _join(joined, one)
        if both is None:
            other = next(i for i, t in enumerate(seen) if _join(t, one) is None)
            raise TaskError(
                f"{label}, {name}: expected {seen[other]}, as in {rows[other][0]}, found {one}: "
                f"{show(value)}; every example has values of the same types"
            )
        joined = both
        seen.append(one)
    return joined


def _shape(value: Value, where: str) -> Type:
    """The type of one plain value, unknown where its lists and dicts are empty."""
    for cls, scalar in _SCALAR_TYPES.items():
        if type(value) is cls:
            return scalar
    tensor = tensor_type(value) if is_array(value) else None
    if tensor is not None:
        return tensor
    if isinstance(value, tuple):
        return tuple_of(*(_shape(item, where) for item in value))
    if isinstance(value, list):
        return list_of(_common(value, where, value))
    type_ = dict_of(_common(value, where, value), _common(value.values(), where, value))
    problem = type_problem(type_)
    if problem:
        raise TaskError(f"{where}: {problem}")
    return type_


_SCALAR_TYPES: dict[type, Type] = {bool: BOOL, int: INT, float: FLOAT, str: STR}


def _common(items: Collection[Value], where: str, whole: Value) -> Type:
    joined = _UNKNOWN
    kinds = dict.fromkeys(map(type, items))
    if kinds.keys() <= _SCALAR_TYPES.keys():  # no need to look at each of them
        shapes = [_SCALAR_TYPES[kind] for kind in kinds]
    else:
        shapes = [_shape(item, where) for item in items]
    for one in shapes:
        both = _join(joined, one)
        if both is None:
            raise TaskError(
                f"{where}: expected items of one type, found {joined} and {one} in "
                f"{show(whole)}; a tuple may hold items of different types"
            )
        joined = both
    return joined


def _join(left: Type, right: Type) -> Type | None:
    """The least type that holds the values of both, or None."""
    if left == right or right == _UNKNOWN:
        return left
    if left == _UNKNOWN:
        return right
    if {left, right} == {INT, FLOAT}:
        return FLOAT
    if left.name != right.name or len(left.args) != len(right.args) or not left.types:
        return None
    parts = []
    for a, b in zip(left.types, right.types, strict=True):
        part = _join(a, b)
        if part is None:
            return None
        parts.append(part)
    return Type(left.name, tuple(parts))
