"""Types: what they are, how they are written, and how two of them are made equal.

A `Type` is a name applied to arguments: `list[int]` is `Type("list", (INT,))`. A function type
`(int, str) -> bool` is `Type("fn", (INT, STR, BOOL))`, its result last. A type variable is a
name of one letter, `a`, or one made by inference, `?7`. `tensor` and `choice` have whole
numbers for arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import is_

from progsynth.errors import PackError

MAX_DEPTH = 24  # a type nested deeper is refused: it bounds how deep any value can nest


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `name` applied to `args` (types; whole numbers for `tensor` and `choice`)."""

    name: str
    args: tuple[Type | int, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)  # kept: types are keys everywhere

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.name, self.args)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Type], tuple[str, tuple[Type | int, ...]]]:
        return Type, (self.name, self.args)  # texts have other hashes in another process

    @property
    def is_variable(self) -> bool:
        """Is this a type variable?"""
        return len(self.name) == 1 or self.name[0] == "?"

    @property
    def types(self) -> tuple[Type, ...]:
        """The arguments that are types."""
        return tuple(a for a in self.args if isinstance(a, Type))

    def __str__(self) -> str:
        if self.name == "fn":
            *params, result = self.types
            return f"({', '.join(map(str, params))}) -> {result}"
        if not self.args:
            return self.name
        return f"{self.name}[{', '.join(map(str, self.args))}]"


INT, FLOAT, BOOL, STR = Type("int"), Type("float"), Type("bool"), Type("str")
SCALARS = (INT, FLOAT, BOOL, STR)


def list_of(item: Type) -> Type:
    """`list[item]`."""
    return Type("list", (item,))


def dict_of(key: Type, value: Type) -> Type:
    """`dict[key, value]`."""
    return Type("dict", (key, value))


def tuple_of(*items: Type) -> Type:
    """`tuple[items]`."""
    return Type("tuple", items)


def fn_of(params: tuple[Type, ...], result: Type) -> Type:
    """`(params) -> result`."""
    return Type("fn", (*params, result))


# How many type arguments each name takes; None: any number, of whole numbers for tensor.
ARITY: dict[str, int | None] = {
    "int": 0,
    "float": 0,
    "bool": 0,
    "str": 0,
    "list": 1,
    "dict": 2,
    "tuple": None,
    "graph": 1,  # over its node type: dict[node, dict[node, float]] underneath
    "memory": 1,  # over its value type: dict[str, value] underneath
    "tensor": None,
    "choice": 1,
    "fn": None,
}

# The classes of types that a signature may ask for, each with the classes it implies.
WIDER_CLASSES = {
    "hashable": ("hashable", "ordered", "equal"),
    "ordered": ("ordered", "equal"),
    "equal": ("equal",),
}


@dataclass(frozen=True, slots=True)
class Signature:
    """The type of a primitive or function: named parameters, result, classes of variables.

    Written `(f: (a) -> b, xs: list[a]) -> list[b] where b: ordered`.
    """

    params: tuple[tuple[str, Type], ...]
    result: Type
    classes: tuple[tuple[str, str], ...] = ()

    @property
    def types(self) -> tuple[Type, ...]:
        """The parameters' types."""
        return tuple(t for _, t in self.params)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(n for n, _ in self.params)

    @property
    def type(self) -> Type:
        """The same as a function type, without names and classes."""
        return fn_of(self.types, self.result)

    def __str__(self) -> str:
        text = f"({', '.join(f'{n}: {t}' for n, t in self.params)}) -> {self.result}"
        if self.classes:
            text += " where " + ", ".join(f"{v}: {c}" for v, c in self.classes)
        return text


# ------------------------------------------------------------------------------- reading


_TOKEN = re.compile(r"\s*(->|[A-Za-z_]\w*|\d+|[\[\](),:]|\S)")


class _Reader:
    """A recursive-descent reader of types and signatures; depth is bounded by MAX_DEPTH."""

    def __init__(self, text: str):
        self.text = text
        self.tokens = _TOKEN.findall(text)
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            shown = f"'{token}'" if token else "the end"
            self.fail(f"expected {repr(wanted) if wanted else 'a type'}, found {shown}")
        self.place += 1
        return token

    def fail(self, why: str) -> None:
        raise PackError(f"cannot read the type '{self.text}': {why}")

    def type(self, depth: int = 0) -> Type:
        if depth > MAX_DEPTH:
            self.fail(f"nested more than {MAX_DEPTH} deep")
        if self.peek() == "(":
            self.take("(")
            params = self.types(")", depth)
            self.take("->")
            return fn_of(params, self.type(depth + 1))
        name = self.take()
        args: tuple[Type | int, ...] = ()
        if not (name[0].isalpha() or name[0] == "_"):
            self.fail(f"expected a type, found '{name}'")
        if self.peek() == "[":
            self.take("[")
            args = self.numbers() if name in ("tensor", "choice") else self.types("]", depth)
        return self.checked(Type(name, args))

    def numbers(self) -> tuple[int, ...]:
        found = []
        while self.peek() != "]":
            token = self.take()
            if not token.isdigit():
                self.fail(f"expected a whole number, found '{token}'")
            found.append(int(token))
            if self.peek() == ",":
                self.take()
        self.take("]")
        return tuple(found)

    def types(self, close: str, depth: int) -> tuple[Type, ...]:
        found = []
        while self.peek() != close:
            found.append(self.type(depth + 1))
            if self.peek() != close:
                self.take(",")
        self.take(close)
        return tuple(found)

    def checked(self, type_: Type) -> Type:
        problem = type_problem(type_)
        if problem:
            self.fail(problem)
        return type_

    def signature(self) -> Signature:
        self.take("(")
        params = []
        while self.peek() != ")":
            name = self.take()
            self.take(":")
            params.append((name, self.type()))
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        self.take("->")
        result = self.type()
        classes = []
        if self.peek() == "where":
            self.take()
            while True:
                variable = self.take()
                self.take(":")
                classes.append((variable, self.take()))
                if self.peek() != ",":
                    break
                self.take()
        for _, cls in classes:
            if cls not in WIDER_CLASSES:
                self.fail(f"no class '{cls}': expected one of {', '.join(WIDER_CLASSES)}")
        return Signature(tuple(params), result, tuple(classes))


def parse_type(text: str) -> Type:
    """The type that `text` writes.

    >>> str(parse_type("(list[ int], a)->dict[str,a]"))
    '(list[int], a) -> dict[str, a]'
    """
    reader = _Reader(text)
    found = reader.type()
    if reader.peek():
        reader.fail(f"'{reader.peek()}' after its end")
    return found


def parse_signature(text: str) -> Signature:
    """The signature that `text` writes; see `Signature`."""
    reader = _Reader(text)
    found = reader.signature()
    if reader.peek():
        reader.fail(f"'{reader.peek()}' after its end")
    return found


def type_problem(type_: Type) -> str:
    """What is wrong with one node of a type (its arguments are taken as right), or ''."""
    if type_.is_variable:
        return "a type variable takes no arguments" if type_.args else ""
    if type_.name not in ARITY:
        known = ", ".join(sorted(set(ARITY) - {"fn"}))
        return f"no type '{type_.name}'; the types are {known}, and single letters for any type"
    arity = ARITY[type_.name]
    if arity is not None and len(type_.args) != arity:
        return f"'{type_.name}' takes {arity} type argument(s), found {len(type_.args)}"
    if type_.name == "dict" and not has_class(type_.types[0], "hashable"):
        return f"dict keys must be int, bool, str or tuples of these, found {type_.types[0]}"
    if type_.name == "graph" and not has_class(type_.types[0], "hashable"):
        return f"graph nodes must be int, bool, str or tuples of these, found {type_.types[0]}"
    if type_.name != "fn" and any(t.name == "fn" for t in type_.types):
        return "functions are arguments only: they cannot be stored in other values"
    return ""


# ------------------------------------------------------------------------ asking of a type


def walk_type(type_: Type) -> Iterator[Type]:
    """The type and all types inside it, outermost first."""
    yield type_
    for arg in type_.types:
        yield from walk_type(arg)


def variables(type_: Type) -> tuple[str, ...]:
    """The names of the type variables in it, each once, in order of appearance."""
    found: dict[str, None] = {}
    todo = [type_]
    while todo:
        node = todo.pop()
        if node.is_variable:
            found[node.name] = None
        if node.args:
            todo += node.types[::-1]
    return tuple(found)


def depth_of(type_: Type) -> int:
    """How deep values of the type nest: 0 for scalars."""
    return 1 + max((depth_of(t) for t in type_.types), default=0) if type_.args else 0


_ELEMENTS = {  # the heads each class admits; members' arguments must be of the class as well
    "hashable": {"int", "bool", "str", "tuple", "choice"},
    "ordered": {"int", "float", "bool", "str", "list", "tuple", "choice"},
    "equal": set(ARITY) - {"fn", "tensor"},
}


def has_class(type_: Type, cls: str) -> bool:
    """May values of the type be dict keys ("hashable"), sorted ("ordered"), compared ("equal")?

    A type variable may, until it stands for something that may not.
    """
    return all(t.is_variable or t.name in _ELEMENTS[cls] for t in walk_type(type_))


def as_int(type_: Type) -> Type:
    """The type as programs see it: a choice that a network makes is an int.

    A type without choices is given back itself.
    """
    if not type_.args:
        return type_
    if type_.name == "choice":
        return INT
    args = tuple(as_int(a) if isinstance(a, Type) else a for a in type_.args)
    same = all(new is old for new, old in zip(args, type_.args, strict=True))
    return type_ if same else Type(type_.name, args)


# --------------------------------------------------------------------------- substitution


Substitution = Mapping[str, Type]


def substitute(type_: Type, by: Substitution) -> Type:
    """The type with its variables replaced, repeatedly, until none of `by` is left."""
    if type_.is_variable:
        found = by.get(type_.name)
        return type_ if found is None else substitute(found, by)
    if not type_.args:
        return type_
    args = tuple([substitute(a, by) if isinstance(a, Type) else a for a in type_.args])
    return type_ if all(map(is_, args, type_.args)) else Type(type_.name, args)


def unify(left: Type, right: Type, by: dict[str, Type]) -> bool:
    """Extend `by` so that it makes both types equal; False (and `by` half extended) if none can."""
    left, right = _resolve(left, by), _resolve(right, by)
    if left is right or left == right:
        return True
    if left.is_variable or right.is_variable:
        variable, other = (left, right) if left.is_variable else (right, left)
        if other.args and variable.name in variables(substitute(other, by)):
            return False
        by[variable.name] = other
        return True
    if left.name != right.name or len(left.args) != len(right.args):
        return False
    for a, b in zip(left.args, right.args, strict=True):
        if isinstance(a, Type) and isinstance(b, Type):
            if not unify(a, b, by):
                return False
        elif a != b:
            return False
    return True


def _resolve(type_: Type, by: dict[str, Type]) -> Type:
    while type_.is_variable and type_.name in by:
        type_ = by[type_.name]
    return type_


def match(pattern: Type, target: Type) -> dict[str, Type] | None:
    """What the pattern's variables must stand for to make it equal the target, or None."""
    by: dict[str, Type] = {}
    return by if unify(pattern, target, by) and substitute(pattern, by) == target else None
