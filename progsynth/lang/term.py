"""Core: the small pure expression tree that search, types, compression and all engines share.

Variables are nameless: `Var(0)` is the innermost binding in scope. Where a node binds several
values, the last of them is `Var(0)`. Names are kept as hints for printing, outside equality.
`Let`, `If`, `While` and `For` may have several values at once (`Values`), so that assignments
in branches and loops need no tuples. Evaluation is strict, left to right; only the branches of
`If` are lazy.

Hashes are computed when a node is made, and equality uses a work-list: terms may be 10,000
deep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type

R = TypeVar("R")
Scalar = int | float | bool | str


class Term:
    """A node of core. Subclasses say what they hold; see `children`, `binds`, `rebuild`."""

    __slots__ = ("_hash",)
    _hash: int

    @property
    def children(self) -> tuple[Term, ...]:
        """The sub-terms, in order of evaluation."""
        return ()

    @property
    def binds(self) -> tuple[int, ...]:
        """How many variables this node binds around each child."""
        return (0,) * len(self.children)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        """The same node with other children, as many as before."""
        assert not children
        return self

    def label(self) -> tuple[Any, ...]:
        """What distinguishes this node from others with equal children."""
        raise NotImplementedError

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Term):
            return NotImplemented
        pairs: list[tuple[Term, Term]] = [(self, other)]
        while pairs:
            a, b = pairs.pop()
            if a is b:
                continue
            if a._hash != b._hash or type(a) is not type(b) or a.label() != b.label():
                return False
            mine, others = a.children, b.children
            if len(mine) != len(others):
                return False
            pairs.extend(zip(mine, others, strict=True))
        return True

    def __post_init__(self) -> None:
        # The children's hashes are ints: hashing never recurses.
        own = hash((type(self).__name__, self.label(), *(c._hash for c in self.children)))
        object.__setattr__(self, "_hash", own)

    def __reduce__(self) -> tuple[Any, ...]:
        # Each process hashes text in its own way: what is sent to another is hashed anew there.
        made: Any = self  # a dataclass, as each kind of term is
        return type(self), tuple([getattr(self, field.name) for field in fields(made)])


Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Const(Term):
    """A literal. `type` is int, float, bool or str; `1`, `1.0` and `True` are three constants."""

    value: Scalar
    type: Type

    def label(self) -> tuple[Any, ...]:
        # repr tells -0.0 from 0.0 and makes NaN equal to itself
        return (self.type.name, repr(self.value))


@dataclass(frozen=True, slots=True, eq=False)
class Var(Term):
    """The variable bound `index` binders further out; 0 is the innermost."""

    index: int

    def label(self) -> tuple[Any, ...]:
        return (self.index,)


@dataclass(frozen=True, slots=True, eq=False)
class Call(Term):
    """A primitive, subroutine or neural submodule, by its instance name, on its arguments.

    Arguments of function type are `Lambda`s, or a `Var` that is a function parameter.
    """

    name: str
    args: tuple[Term, ...]

    @property
    def children(self) -> tuple[Term, ...]:
        return self.args

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Call(self.name, children)

    def label(self) -> tuple[Any, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Term):
    """A call of the function parameter bound at `Var(index)`, inside a subroutine."""

    index: int
    args: tuple[Term, ...]

    @property
    def children(self) -> tuple[Term, ...]:
        return self.args

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Apply(self.index, children)

    def label(self) -> tuple[Any, ...]:
        return (self.index,)


@dataclass(frozen=True, slots=True, eq=False)
class Lambda(Term):
    """A function of `arity` parameters; stands only as an argument of `Call`."""

    arity: int
    body: Term
    names: Names = ()

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.body,)

    @property
    def binds(self) -> tuple[int, ...]:
        return (self.arity,)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Lambda(self.arity, children[0], self.names)

    def label(self) -> tuple[Any, ...]:
        return (self.arity,)


@dataclass(frozen=True, slots=True, eq=False)
class Build(Term):
    """A list, tuple or dict literal; `items` of a dict are key, value, key, value, ..."""

    kind: str  # "list", "tuple" or "dict"
    items: tuple[Term, ...]

    @property
    def children(self) -> tuple[Term, ...]:
        return self.items

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Build(self.kind, children)

    def label(self) -> tuple[Any, ...]:
        return (self.kind,)


@dataclass(frozen=True, slots=True, eq=False)
class Project(Term):
    """Item number `position`, from 0, of a tuple."""

    position: int
    tuple: Term

    @property
    def children(self) -> Any:  # `tuple` is the field here, not the type
        return (self.tuple,)

    def rebuild(self, children: Any) -> Term:
        return Project(self.position, children[0])

    def label(self) -> Any:
        return (self.position,)


@dataclass(frozen=True, slots=True, eq=False)
class If(Term):
    """`then` where `cond` holds, else `orelse`; both have the same number of values."""

    cond: Term
    then: Term
    orelse: Term

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.cond, self.then, self.orelse)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return If(*children)

    def label(self) -> tuple[Any, ...]:
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class Values(Term):
    """Several values at once: the result of a branch, a loop's state; never one of one."""

    items: tuple[Term, ...]

    @property
    def children(self) -> tuple[Term, ...]:
        return self.items

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Values(children)

    def label(self) -> tuple[Any, ...]:
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class Let(Term):
    """Bind the `count` values of `bound` in `body`."""

    count: int
    bound: Term
    body: Term
    names: Names = ()

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.bound, self.body)

    @property
    def binds(self) -> tuple[int, ...]:
        return (0, self.count)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        bound, body = children
        return Let(self.count, bound, body, self.names)

    def label(self) -> tuple[Any, ...]:
        return (self.count,)


@dataclass(frozen=True, slots=True, eq=False)
class While(Term):
    """Start with the `count` values of `init`; while `cond` holds of them, replace them by `body`.

    `cond` is an expression: outside lambdas it holds no Let, While or For.
    """

    count: int
    init: Term
    cond: Term
    body: Term
    names: Names = ()

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.init, self.cond, self.body)

    @property
    def binds(self) -> tuple[int, ...]:
        return (0, self.count, self.count)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        init, cond, body = children
        return While(self.count, init, cond, body, self.names)

    def label(self) -> tuple[Any, ...]:
        return (self.count,)


@dataclass(frozen=True, slots=True, eq=False)
class For(Term):
    """Replace the state by `body` for each element of the list `source`.

    `body` sees the `count` state variables and then the element, which is `Var(0)`; `names`
    are the state's names and then the element's. `source` is evaluated before `init`.
    """

    count: int
    source: Term
    init: Term
    body: Term
    names: Names = ()

    @property
    def children(self) -> tuple[Term, ...]:
        return (self.source, self.init, self.body)

    @property
    def binds(self) -> tuple[int, ...]:
        return (0, 0, self.count + 1)

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        source, init, body = children
        return For(self.count, source, init, body, self.names)

    def label(self) -> tuple[Any, ...]:
        return (self.count,)


@dataclass(frozen=True, slots=True, eq=False)
class Hole(Term):
    """An unknown expression `??` of a sketch.

    `kind` is "expression", "neural" or "param". `type` may be None until inferred. `allowed`
    names the primitives it may use (empty: all). With `args` the hole is an unknown function
    of exactly these; with None it may use every variable in scope.
    """

    kind: str = "expression"
    type: Type | None = None
    allowed: tuple[str, ...] = ()
    args: tuple[Term, ...] | None = None

    @property
    def children(self) -> tuple[Term, ...]:
        return self.args or ()

    def rebuild(self, children: tuple[Term, ...]) -> Term:
        return Hole(self.kind, self.type, self.allowed, None if self.args is None else children)

    def label(self) -> tuple[Any, ...]:
        return (self.kind, str(self.type), self.allowed, self.args is None)


@dataclass(frozen=True, slots=True)
class Function:
    """A named function: a program's own, a prelude function or a library subroutine.

    In `body` the parameters are the outermost binders, the last one `Var(0)` at its top.
    `type_classes` are those of the type variables in `types` (see `types.Signature`).
    """

    name: str
    params: Names
    types: tuple[Type, ...]
    result: Type
    body: Term
    doc: str = ""
    type_classes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Neural:
    """A neural submodule's declaration: `neural digit(image: tensor[1, 8, 8]) -> choice[10]`."""

    name: str
    params: Names
    types: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program: its functions, each calling only earlier ones; the last is the entry."""

    functions: tuple[Function, ...]
    neural: tuple[Neural, ...] = ()

    @property
    def entry(self) -> Function:
        """The function that the program is run by."""
        return self.functions[-1]


TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)


def const(value: Scalar) -> Const:
    """The literal of a Python scalar."""
    types: dict[type, Type] = {bool: BOOL, int: INT, float: FLOAT, str: STR}
    return Const(value, types[type(value)])


# ------------------------------------------------------------------------------- walking


def fold(term: Term, combine: Callable[[Term, tuple[R, ...]], R]) -> R:
    """Combine bottom-up: `combine(node, results of its children)`.

    A shared node is met once a use.
    """
    done: list[R] = []
    todo: list[tuple[Term, bool]] = [(term, False)]
    while todo:
        node, expanded = todo.pop()
        children = node.children
        if expanded or not children:
            split = len(done) - len(children)
            results = tuple(done[split:])
            del done[split:]
            done.append(combine(node, results))
        else:
            todo.append((node, True))
            todo.extend((child, False) for child in reversed(children))
    return done[0]


def subterms(term: Term) -> Iterator[Term]:
    """The term and all terms inside it, each before its children, left to right."""
    todo = [term]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(node.children))


def size(term: Term) -> int:
    """The number of nodes."""
    return sum(1 for _ in subterms(term))


def map_variables(term: Term, change: Callable[[int, Term], Term]) -> Term:
    """Replace every `Var` and `Apply` by `change(binders passed on the way, the node)`.

    `change` gets an `Apply` with its arguments already changed.
    """
    done: list[Term] = []
    todo: list[tuple[Term, int, bool]] = [(term, 0, False)]
    while todo:
        node, depth, expanded = todo.pop()
        children = node.children
        if children and not expanded:
            todo.append((node, depth, True))
            inner = zip(children, node.binds, strict=True)
            todo.extend((c, depth + b, False) for c, b in reversed(list(inner)))
            continue
        if children:
            split = len(done) - len(children)
            changed = tuple(done[split:])
            del done[split:]
            if any(a is not b for a, b in zip(changed, children, strict=True)):
                node = node.rebuild(changed)
        done.append(change(depth, node) if isinstance(node, Var | Apply) else node)
    return done[0]


def shift(term: Term, by: int, cutoff: int = 0) -> Term:
    """The term moved under `by` more binders (fewer when negative); below `cutoff` unchanged."""
    if by == 0:
        return term

    def move(depth: int, node: Term) -> Term:
        assert isinstance(node, Var | Apply)
        if node.index < depth + cutoff:
            return node
        if isinstance(node, Var):
            return Var(node.index + by)
        return Apply(node.index + by, node.args)

    return map_variables(term, move)


def bind(term: Term, values: tuple[Term, ...]) -> Term:
    """The body `term` of a binder of len(values) variables, with these put in their place.

    A value is copied to every use, and dropped where there is none: give it only values that
    cannot fail, or that are used once and first.
    """
    count = len(values)

    def put(depth: int, node: Term) -> Term:
        assert isinstance(node, Var | Apply)
        place = node.index - depth
        if place < 0:
            return node
        if place >= count:
            rest = node.index - count
            return Var(rest) if isinstance(node, Var) else Apply(rest, node.args)
        value = shift(values[count - 1 - place], depth)
        if isinstance(node, Var):
            return value
        assert isinstance(value, Var), "only another function parameter stands for one"
        return Apply(value.index, node.args)

    return map_variables(term, put)


def free_variables(term: Term) -> frozenset[int]:
    """The indices, as seen at the term's top, of the variables it uses but does not bind."""
    found: set[int] = set()
    todo: list[tuple[Term, int]] = [(term, 0)]
    while todo:
        node, depth = todo.pop()
        if isinstance(node, Var | Apply) and node.index >= depth:
            found.add(node.index - depth)
        todo.extend((c, depth + b) for c, b in zip(node.children, node.binds, strict=True))
    return frozenset(found)


def holes(term: Term) -> tuple[Hole, ...]:
    """The holes in it, left to right."""
    return tuple(node for node in subterms(term) if isinstance(node, Hole))
