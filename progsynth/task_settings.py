"""The settings of a task besides its examples: each is checked, and may be wrong (TaskError)."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from progsynth.errors import PackError, ProgramError, TaskError
from progsynth.lang.primitive import DSL
from progsynth.lang.read import read_neural
from progsynth.lang.term import Neural
from progsynth.lang.types import Signature, Type
from progsynth.lang.values import INT_MAX, INT_MIN, show
from progsynth.plain import plain
from progsynth.registry import pack


def name_list(names: Any, field: str) -> tuple[str, ...]:
    """The names given for a field, as a tuple."""
    if not isinstance(names, tuple | list) or not all(isinstance(n, str) for n in names):
        raise TaskError(f"{field}: expected a list of names, found {show(names)}")
    return tuple(names)


def constants_of(constants: Any) -> tuple[int | float | bool | str, ...]:
    """The scalars given for `constants`, plain."""
    if not isinstance(constants, tuple | list):
        raise TaskError(f"constants: expected a list of scalars, found {show(constants)}")
    made = tuple(plain(value, f"constant {i}") for i, value in enumerate(constants, 1))
    for i, value in enumerate(made, 1):
        if not isinstance(value, int | float | str) or (
            type(value) is int and not INT_MIN <= value <= INT_MAX
        ):
            raise TaskError(
                f"constant {i}: expected an int of 64 bits, a float, a bool or a str, "
                f"found {show(value)}"
            )
    return made


_RESERVED = {*keyword.kwlist, "neural"}


def params_of(params: Any, count: int) -> tuple[str, ...]:
    """The names given for the parameters: none, or one each."""
    names = name_list(params, "params")
    if names and len(names) != count:
        raise TaskError(f"params: expected {count} name(s), found {len(names)}: {', '.join(names)}")
    for name in names:
        if not name.isidentifier() or not name.isascii() or name in _RESERVED:
            raise TaskError(f"params: expected names such as 'xs' or 'first_word', found {name!r}")
    if len(set(names)) != len(names):
        raise TaskError(f"params: expected different names, found {', '.join(names)}")
    return names


def check_limit(value: Any, field: str) -> None:
    """Fuel and cells: whole numbers from 1."""
    if type(value) is not int or value < 1:
        raise TaskError(f"{field}: expected a whole number from 1, found {show(value)}")


def check_text(value: Any, field: str) -> None:
    """The sketch and the description: texts."""
    if not isinstance(value, str):
        raise TaskError(f"{field}: expected a text, found {show(value)}")


def check_tolerance(value: Any, field: str) -> None:
    """How far floats may be off: a number from 0."""
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        raise TaskError(f"{field}: expected a number from 0, found {show(value)}")


def check_accuracy(value: Any, field: str) -> None:
    """The share of examples that has to be right: from above 0 to 1."""
    if type(value) not in (int, float) or not 0 < value <= 1:
        raise TaskError(
            f"{field}: expected a share of the examples, a number from above 0 to 1, "
            f"found {show(value)}; 0.95 is 95%"
        )


def check_pack(value: Any, field: str) -> None:
    """A language pack or its name."""
    if not isinstance(value, str | DSL):
        raise TaskError(f"{field}: expected a language pack or its name, found {show(value)}")


def check_error(value: Any, field: str) -> None:
    """A measure of error, or None."""
    if value is not None and not callable(value):
        raise TaskError(
            f"{field}: expected None or a function (expected, found) -> float, found {show(value)}"
        )


METRICS = ("accuracy", "macro_f1", "mean_absolute_error", "root_mean_squared_error", "r_squared")


def check_metric(value: Any, field: str) -> None:
    """The name of a metric, or one of one's own."""
    if not (callable(value) or (isinstance(value, str) and value in METRICS)):
        raise TaskError(
            f"{field}: expected one of {', '.join(METRICS)}, or a function (expected outputs, "
            f"found outputs) -> float, found {show(value)}"
        )


LOSSES = ("squared", "absolute")


def check_loss(value: Any, field: str) -> None:
    """The name of a loss of real numbers."""
    if value not in LOSSES:
        raise TaskError(f"{field}: expected one of {', '.join(LOSSES)}, found {show(value)}")


CHECKS: Mapping[str, Callable[[Any, str], None]] = {
    "tolerance": check_tolerance,
    "accuracy": check_accuracy,
    "fuel": check_limit,
    "cells": check_limit,
    "sketch": check_text,
    "description": check_text,
    "pack": check_pack,
    "error": check_error,
    "metric": check_metric,
    "loss": check_loss,
}


# ---------------------------------------------------------------------- neural submodules


_DECLARATION = "digit(image: tensor[1, 8, 8]) -> choice[10]"


def read_submodules(texts: Any, dsl: str | DSL) -> tuple[Neural, ...]:
    """The neural submodules that the texts declare, for programs in the language pack."""
    if not isinstance(texts, tuple | list) or not all(isinstance(text, str) for text in texts):
        raise TaskError(
            f"neural: expected a list of declarations, each a text such as '{_DECLARATION}', "
            f"found {show(texts)}"
        )
    made = []
    for number, text in enumerate(texts, 1):
        try:
            made.append(read_neural(text, pack(dsl) if isinstance(dsl, str) else dsl))
        except (ProgramError, PackError) as error:
            raise TaskError(f"neural {number}, {text!r}: {error}") from None
        if not made[-1].params:
            raise TaskError(
                f"neural {number}, {text!r}: expected one input or more, found none; "
                f"write it like '{_DECLARATION}'"
            )
    names = [neural.name for neural in made]
    if len(set(names)) != len(names):
        raise TaskError(f"neural: expected different names, found {', '.join(names)}")
    return tuple(made)


def submodule_text(neural: Neural) -> str:
    """The declaration as a text that `read_submodules` reads."""
    params = tuple(zip(neural.params, neural.types, strict=True))
    return f"{neural.name}{Signature(params, neural.result)}"


# --------------------------------------------------------------------- names of parameters


_SHORT_NAMES = {
    "int": "nmkij",
    "float": "xyzuv",
    "bool": "pqr",
    "str": "stuvw",
    "dict": "def",
    "graph": "gh",
    "memory": "m",
    "choice": "c",
    "tuple": "tuv",
}


def short_names(types: Sequence[Type]) -> tuple[str, ...]:
    """Short names that go with the types, each another."""
    made: list[str] = []
    for type_ in types:
        if type_.name == "list":
            wanted = [f"{letter}s" for letter in "xyzuvw"]
        else:
            wanted = list(_SHORT_NAMES.get(type_.name, "x"))
        wanted += [f"{wanted[0]}{i}" for i in range(2, len(types) + 2)]
        made.append(next(name for name in wanted if name not in made))
    return tuple(made)
