"""Primitives (what the language can do in one step) and DSLs (frozen sets of them).

A primitive is a Python function with a typed signature. `surface` says how it is written in a
program: a plain name (`len`), or a form of the grammar: `_ + _`, `_[_]`, `_[_:_]`, `_ in _`, `-_`
(see `progsynth.lang.operators`). Several primitives may share a surface: `check` chooses by
type. `name` tells them apart in core: `len.list`, `len.str`.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from hashlib import sha256
from types import CodeType, MappingProxyType
from typing import Any

from progsynth.errors import PackError
from progsynth.lang.term import Call, Function, subterms
from progsynth.lang.types import (
    Signature,
    Substitution,
    has_class,
    match,
    parse_signature,
    substitute,
    variables,
)
from progsynth.lang.values import size_of
from progsynth.near import near_names


@dataclass(frozen=True, slots=True)
class Primitive:
    """One step of the language.

    `fn` is its meaning over Python values (see `progsynth.lang.values`); it never changes its
    arguments, and fails by raising `Fail` or one of `failure.KIND_OF_EXCEPTION`. Function
    arguments arrive as Python callables.
    `fuel` and `cells` are formulas over the parameters' names with `len` (length), `size`
    (cells, deep), `max`, `min` and integer arithmetic; they are charged after the arguments are
    evaluated and before `fn` runs, fuel first. Negative charges count as zero.
    `cost` is what searches pay for one use. `examples` are pairs of surface texts that must be
    equal. `python` is the readable Python form, with `{name}` for parameters; when empty the
    readable export calls `fn`, whose source it copies.
    """

    name: str
    surface: str
    signature: Signature
    fn: Callable[..., Any]
    doc: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    cost: int = 1
    fuel: str = "0"
    cells: str = "0"
    python: str = ""
    user: bool = False  # declared outside a pack: its results are checked at each call

    def __reduce__(self) -> tuple[Any, ...]:
        # The decorator leaves the primitive under the function's name: pickle by that name.
        module, path = self.fn.__module__, getattr(self.fn, "__qualname__", "")
        held = getattr(sys.modules.get(module), path, None)
        if held is self:
            return (_primitive_at, (module, path))
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if isinstance(held, Primitive) and held.fn is self.fn:
            del values["fn"]
            return (_primitive_like, (module, path, values))
        return (Primitive, tuple(values.values()))

    def written(
        self,
        surface: str,
        *,
        doc: str,
        examples: Iterable[tuple[str, str]],
        signature: str = "",
        cost: int = 1,
    ) -> Primitive:
        """The same step under another surface, for a pack that writes it so.

        With a `signature` it is of these types only; parameters keep their names, as formulas
        use them. Raises PackError when the signature cannot be read or is not one of its types.
        """
        types = parse_signature(signature) if signature else self.signature
        if types.names != self.signature.names or match(self.signature.type, types.type) is None:
            raise PackError(
                f"primitive '{self.name}': it is declared as {self.signature}, which does not "
                f"allow {types}; keep its parameters' names, and choose types that it takes"
            )
        return replace(
            self, surface=surface, signature=types, doc=doc, examples=tuple(examples), cost=cost
        )


def _primitive_at(module: str, path: str) -> Primitive:
    found = getattr(importlib.import_module(module), path)
    assert isinstance(found, Primitive)
    return found


def _primitive_like(module: str, path: str, values: dict[str, Any]) -> Primitive:
    return replace(_primitive_at(module, path), **values)


def primitive(
    signature: str,
    *,
    name: str = "",
    surface: str = "",
    examples: Iterable[tuple[str, str]] = (),
    cost: int = 1,
    fuel: str = "0",
    cells: str = "0",
    python: str = "",
    user: bool = True,
) -> Callable[[Callable[..., Any]], Primitive]:
    """Make a primitive of the decorated Python function.

    >>> @primitive("(x: int) -> int")
    ... def double(x):
    ...     "Twice x."
    ...     return 2 * x
    >>> double.name, str(double.signature)
    ('double', '(x: int) -> int')

    Raises PackError when the signature cannot be read or does not fit the function.
    """

    def make(fn: Callable[..., Any]) -> Primitive:
        made = Primitive(
            name or fn.__name__,
            surface or name or fn.__name__,
            parse_signature(signature),
            fn,
            inspect.cleandoc(fn.__doc__ or ""),
            tuple(examples),
            cost,
            fuel,
            cells,
            python,
            user,
        )
        _check(made)
        return made

    return make


def _check(made: Primitive) -> None:
    where = f"primitive '{made.name}'"
    try:
        count = len(inspect.signature(made.fn).parameters)
    except (TypeError, ValueError):  # some C functions tell nothing of themselves
        count = len(made.signature.params)
    if count != len(made.signature.params):
        raise PackError(
            f"{where}: its signature {made.signature} has {len(made.signature.params)} "
            f"parameter(s), the Python function has {count}; make them the same"
        )
    if made.signature.result.name == "fn":
        raise PackError(f"{where}: a function cannot be a result; return a value")
    if made.cost < 1:
        raise PackError(f"{where}: its cost is {made.cost}; expected a whole number from 1")
    for formula in (made.fuel, made.cells):
        charge_function(formula, made.signature.names)


@cache
def charge_function(formula: str, names: tuple[str, ...]) -> Callable[..., int] | None:
    """The formula as a function of the parameters' values; None when it is always zero.

    Pure: the same text always gives the same function, which makes the cache invisible.
    """
    if formula.strip() == "0":
        return None
    try:
        code = compile(f"lambda {', '.join(names)}: ({formula})", "<formula>", "eval")
    except SyntaxError as error:
        raise PackError(f"the formula '{formula}' cannot be read: {error.msg}") from None
    allowed = {"len", "size", "max", "min", *names}
    inner = next(c for c in code.co_consts if isinstance(c, CodeType))
    unknown = sorted(set(inner.co_names) - allowed)
    if unknown:
        raise PackError(
            f"the formula '{formula}' uses {', '.join(unknown)}; "
            f"it may use {', '.join(sorted(allowed))}"
        )
    scope = {"__builtins__": {}, "len": len, "size": size_of, "max": max, "min": min}
    made: Callable[..., int] = eval(code, scope)  # noqa: S307 (a pack's own formula)
    return made


Callee = Primitive | Function


def signature_of(callee: Callee) -> Signature:
    """The signature of a primitive or a function."""
    if isinstance(callee, Primitive):
        return callee.signature
    params = tuple(zip(callee.params, callee.types, strict=True))
    return Signature(params, callee.result, callee.type_classes)


@dataclass(frozen=True)
class DSL:
    """A named, frozen set of primitives and subroutines; `extend` and `without` give new ones.

    `functions` are written in the language itself (a pack's prelude, a library); each calls
    only primitives and functions before it. `surface` maps an instance name to the name it is
    written by, for functions whose surface name several share.
    """

    name: str
    primitives: Mapping[str, Primitive]
    functions: Mapping[str, Function]
    surfaces: Mapping[str, str]

    def __post_init__(self) -> None:
        for field in ("primitives", "functions", "surfaces"):
            object.__setattr__(self, field, MappingProxyType(dict(getattr(self, field))))

    def __reduce__(self) -> tuple[Any, ...]:
        held = (dict(self.primitives), dict(self.functions), dict(self.surfaces))
        return (DSL, (self.name, *held))

    def __contains__(self, name: object) -> bool:
        return name in self.primitives or name in self.functions

    def __getitem__(self, name: str) -> Callee:
        """The primitive or function of that instance name; KeyError when there is none."""
        found = self.primitives.get(name)
        return self.functions[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        yield from self.primitives
        yield from self.functions

    def surface_of(self, name: str) -> str:
        """How the instance is written in a program: a name, or a form such as `a + b`."""
        found = self.primitives.get(name)
        return found.surface if found is not None else self.surfaces.get(name, name)

    def overloads(self, surface: str) -> tuple[str, ...]:
        """The instances written by that surface name or form, in the order they were added."""
        return self._by_surface.get(surface, ())

    @property
    def _by_surface(self) -> Mapping[str, tuple[str, ...]]:
        found: Mapping[str, tuple[str, ...]] | None = self.__dict__.get("_surface_index")
        if found is None:
            index: dict[str, tuple[str, ...]] = {}
            for name in self:
                surface = self.surface_of(name)
                index[surface] = (*index.get(surface, ()), name)
            found = index
            object.__setattr__(self, "_surface_index", found)
        return found

    def extend(
        self, *items: Callee, name: str = "", surfaces: Mapping[str, str] | None = None
    ) -> DSL:
        """A new DSL with these added. Raises PackError when a name is taken.

        The order matters to `functions` only: each may call what came before it.
        """
        primitives, functions = dict(self.primitives), dict(self.functions)
        for item in items:
            if item.name in primitives or item.name in functions:
                raise PackError(
                    f"'{item.name}' is already in the language pack '{self.name}'; "
                    "give yours another name, or take the old one out with .without(name)"
                )
            if isinstance(item, Primitive):
                primitives[item.name] = item
            else:
                functions[item.name] = item
        return DSL(name or self.name, primitives, functions, {**self.surfaces, **(surfaces or {})})

    def without(self, *names: str) -> DSL:
        """A new DSL without these (instance or surface names) and all whose definitions use them.

        Raises PackError for a name that is not there.
        """
        gone: set[str] = set()
        for name in names:
            found = {name} if name in self else set(self.overloads(name))
            if not found:
                known = sorted({*self, *map(self.surface_of, self)})
                raise PackError(
                    f"cannot withhold '{name}': it is not in the pack '{self.name}'"
                    f"{near_names(name, known)}"
                )
            gone |= found
        for function in self.functions.values():
            if gone & called_names(function):
                gone.add(function.name)
        return DSL(
            self.name,
            {n: p for n, p in self.primitives.items() if n not in gone},
            {n: f for n, f in self.functions.items() if n not in gone},
            self.surfaces,
        )

    @property
    def digest(self) -> str:
        """A hash of every declaration: two packs with equal digests mean the same programs."""
        text = sha256()
        items: list[Callee] = [*self.primitives.values(), *self.functions.values()]
        for item in items:
            text.update(f"{item.name} {signature_of(item)}\n".encode())
            if isinstance(item, Primitive):
                text.update(f"{item.cost} {item.fuel} {item.cells}\n".encode())
                code = getattr(item.fn, "__code__", None)
                # what is no Python function may say what it is: a network does
                own = str(getattr(item.fn, "digest", "")).encode()
                text.update(code.co_code if code else own)
            else:
                text.update(repr([_shown(t) for t in subterms(item.body)]).encode())
        return text.hexdigest()


def _shown(term: Any) -> tuple[Any, ...]:
    return (type(term).__name__, term.label(), len(term.children))


def called_names(function: Function) -> frozenset[str]:
    """The instance names that the function's body calls itself."""
    return frozenset(t.name for t in subterms(function.body) if isinstance(t, Call))


def class_problem(signature: Signature, by: Substitution) -> str:
    """Which class of type a substitution breaks, said for a reader, or ''."""
    for variable, cls in signature.classes:
        found = by.get(variable)
        if found is not None and not has_class(substitute(found, by), cls):
            return f"{substitute(found, by)} is not {cls}"
    return ""


def is_polymorphic(signature: Signature) -> bool:
    """Has the signature type variables?"""
    return bool(variables(signature.type))
