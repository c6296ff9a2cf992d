"""Names for the variables of a printed program: their hints where free and valid, else by type."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

from progsynth.lang.primitive import DSL
from progsynth.lang.printing.arrange import Names
from progsynth.lang.printing.unnest import Variable
from progsynth.lang.term import Program
from progsynth.lang.types import Type

# The words of the language, and of Python, whose programs ours resemble.
RESERVED = frozenset([*keyword.kwlist, "inf", "nan", "neural"])

_BY_TYPE: Mapping[str, Sequence[str]] = {
    "int": ("n", "m", "k"),
    "float": ("x", "y", "z"),
    "bool": ("found", "flag"),
    "str": ("s", "t", "u"),
    "list": ("xs", "ys", "zs"),
    "dict": ("d", "e"),
    "tuple": ("pair", "p", "q"),
    "graph": ("g",),
    "memory": ("mem",),
    "fn": ("f", "g", "h"),
}
_ITEMS = ("x", "y", "z")  # of loops and lambdas, where they are numbers or of any type
_FUNCTIONS = ("f", "g", "h")


def taken_names(program: Program, dsl: DSL) -> frozenset[str]:
    """The names that stand for functions."""
    surfaces = {dsl.surface_of(name) for name in dsl}
    own = {f.name for f in program.functions} | {n.name for n in program.neural}
    return frozenset(surfaces | own) | RESERVED


def free_parameters(params: Iterable[str], taken: frozenset[str]) -> tuple[str, ...]:
    """The parameters' names, changed where they are no names or stand for functions."""
    found: list[str] = []
    for name in params:
        found.append(_first_free(name if _is_name(name) else "x", taken | set(found)))
    return tuple(found)


class Namer:
    """Gives the variables of one function their names."""

    def __init__(self, shared: Names, types: Mapping[Variable, Type], taken: frozenset[str]):
        self.shared = shared
        self.types = types
        self.taken = taken
        self.given: dict[Variable, str] = {}
        self.frames: dict[object, set[str]] = {}
        self.open: list[object] = []  # the frames around the place that is being printed
        self.numbers: dict[str, int] = {}
        self.closed: dict[str, Type | None] = {}  # names of items whose loops are over

    def enter(self, frame: object) -> None:
        """Begin a function or lambda."""
        self.frames.setdefault(frame, set())
        self.open.append(frame)

    def leave(self) -> None:
        """End it."""
        self.open.pop()

    def name(self, variable: Variable) -> str:
        """The variable's name."""
        root = self.shared.root(variable)
        if root not in self.given:
            self.given[root] = self.choose(variable)
        return self.given[root]

    def choose(self, variable: Variable) -> str:
        members = self.shared.sharing(variable)
        parameters = [v for v in members if v.kind == "parameter" and v is not variable]
        hints = [v.hint for v in (*parameters, variable, *members) if _is_name(v.hint)]
        type_ = self.type_of(variable)
        head = "" if type_ is None else type_.name
        names = _BY_TYPE.get(head, _ITEMS)
        inner = variable.kind == "item" or (variable.kind == "parameter" and len(self.open) > 1)
        if inner and head in ("int", "float"):
            names = _ITEMS
        again = {n for n, t in self.closed.items() if inner and type_ is not None and t == type_}
        return self.take(hints[:1] or names, names, variable.frame, again)

    def type_of(self, variable: Variable) -> Type | None:
        """Its type: that of all who share its name, since the core binds not every one of them."""
        return next((self.types[v] for v in self.shared.sharing(variable) if v in self.types), None)

    def close(self, item: Variable) -> None:
        """The loop of this item is over: others of its type may have its name."""
        self.closed[self.name(item)] = self.types.get(item)

    def function_name(self) -> str:
        """A name for a nested function, in the innermost frame."""
        return self.take(_FUNCTIONS, _FUNCTIONS, self.open[-1])

    def take(
        self,
        wanted: Sequence[str],
        names: Sequence[str],
        frame: object,
        again: Iterable[str] = (),
    ) -> str:
        for name in chain(wanted, names, self.numbered(wanted[0])):
            if name in again or not self.is_taken(name):
                break
        self.frames[frame].add(name)
        self.closed.pop(name, None)
        return name

    def is_taken(self, name: str) -> bool:
        return name in self.taken or any(name in self.frames[f] for f in self.open)

    def numbered(self, name: str) -> Iterator[str]:
        """The name's stem with numbers, from the first that the function has not used."""
        stem = _stem(name)
        number = self.numbers.get(stem, 2)
        while f"{stem}{number}" in self.frames[self.open[0]]:
            number += 1
        self.numbers[stem] = number
        yield from (f"{stem}{n}" for n in count(number))


def _first_free(name: str, taken: Iterable[str]) -> str:
    numbered = (f"{_stem(name)}{n}" for n in count(2))
    return name if name not in taken else next(n for n in numbered if n not in taken)


def _stem(name: str) -> str:
    return name.rstrip("0123456789_") or name


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", text) is not None and text not in RESERVED
