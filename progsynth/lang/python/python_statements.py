"""Python text in the making: expressions that know how tightly they bind, and statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from progsynth.lang.operators import (
    AND,
    ATOM,
    COMPARISON,
    CONDITIONAL,
    LAMBDA,
    NEGATION,
    NOT,
    OR,
    POSTFIX,
)
from progsynth.lang.types import Type, list_of, tuple_of

ANY = LAMBDA  # the precedence asked for where every expression may stand: arguments, items


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression.

    `depth` is how deep it nests. `stable` says that it is a constant or a name: evaluating it
    later gives the same, and cannot fail. `type` is its type in the language, where known.
    `shape` says more of expressions that can be written better in some places.
    """

    text: str
    precedence: int = ATOM
    depth: int = 0
    stable: bool = False
    type: Type | None = None
    shape: Shape = None

    def at(self, precedence: int) -> str:
        """The text, in parentheses unless it binds at least that tightly."""
        return self.text if self.precedence >= precedence else f"({self.text})"

    @property
    def function(self) -> LambdaShape | None:
        """The parameters and body of a lambda."""
        return self.shape if isinstance(self.shape, LambdaShape) else None

    @property
    def is_name(self) -> bool:
        """Is it a variable?"""
        return self.stable and self.text.isidentifier() and self.text not in _CONSTANTS


@dataclass(frozen=True, slots=True)
class LambdaShape:
    """`lambda params: body`."""

    params: tuple[str, ...]
    body: Code


@dataclass(frozen=True, slots=True)
class FilterShape:
    """`[variable for variable in source if condition]`."""

    variable: str
    source: Code
    condition: Code


@dataclass(frozen=True, slots=True)
class ListShape:
    """`list(inner)`: a loop may go over what is inside."""

    inner: Code


@dataclass(frozen=True, slots=True)
class OperationShape:
    """`left symbol right`, of numbers or texts; or with the symbol `in`, of anything."""

    left: Code
    symbol: str
    right: Code


Shape = LambdaShape | FilterShape | ListShape | OperationShape | None
NESTED = "function"  # begins the names of nested functions
_CONSTANTS = ("True", "False", "None")


@dataclass(slots=True)
class Line:
    """A statement of one line."""

    text: str


@dataclass(slots=True)
class Assign:
    """`names = codes`, all at once."""

    names: tuple[str, ...]
    codes: tuple[Code, ...]


@dataclass(slots=True)
class Return:
    """`return code`; several codes are returned as a tuple."""

    codes: tuple[Code, ...]


@dataclass(slots=True)
class Block:
    """A line that ends in a colon and the statements inside it; `None` as body is `pass`."""

    header: str
    body: list[Statement] = field(default_factory=list)


Statement = Line | Assign | Return | Block
Statements = list[Statement]


def constant(value: int | float | bool | str, type_: Type) -> Code:
    """The literal of a scalar; infinities and NaN are calls of float."""
    text = repr(value)
    if isinstance(value, float) and text.lstrip("-") in ("inf", "nan"):
        return Code(f'float("{text}")', POSTFIX, 0, True, type_)
    if text[0] == "'" and '"' not in text:
        text = f'"{text[1:-1]}"'
    return Code(text, NEGATION if text[0] == "-" else ATOM, 0, True, type_)


_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def identifiers(text: str) -> set[str]:
    """The identifiers in the text; a few more, out of literals, do no harm."""
    return set(_IDENTIFIER.findall(text))


def tuple_text(codes: Iterable[Code]) -> str:
    """The codes as a tuple without parentheses."""
    texts = [code.at(ANY) for code in codes]
    return f"{texts[0]}," if len(texts) == 1 else ", ".join(texts) or "()"


def tuple_code(codes: tuple[Code, ...], depth: int) -> Code:
    """The codes as a tuple."""
    return Code(f"({tuple_text(codes)})" if codes else "()", ATOM, depth)


def deeper(codes: Iterable[Code]) -> int:
    """The depth of an expression with these parts."""
    return 1 + max((code.depth for code in codes), default=0)


def build(kind: str, items: tuple[Code, ...]) -> Code:
    """A list, tuple or dict of the items."""
    depth = deeper(items)
    if kind == "tuple":
        types = tuple(item.type for item in items)
        known = None if None in types else tuple_of(*(t for t in types if t))
        return replace(tuple_code(items, depth), type=known)
    texts = [item.at(ANY) for item in items]
    if kind == "list":
        known = list_of(items[0].type) if items and items[0].type else None
        return Code(f"[{', '.join(texts)}]", depth=depth, type=known)
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return Code(f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}", depth=depth)


def conditional(cond: Code, then: Code, orelse: Code) -> Code:
    """`then if cond else orelse`; with a truth value for a branch, `and` or `or`."""
    depth = 1 + max(cond.depth, then.depth, orelse.depth)
    if then.text == "True" and orelse.text == "False":
        return cond
    if then.text == "False" and orelse.text == "True":
        return Code(negated(cond), NOT, depth, type=then.type)
    if then.text == "False":
        text = f"{Code(negated(cond), NOT).at(AND)} and {orelse.at(AND)}"
        return Code(text, AND, depth, type=orelse.type)
    if orelse.text == "False":
        return Code(f"{cond.at(AND)} and {then.at(AND)}", AND, depth, type=then.type)
    if then.text == "True":
        return Code(f"{cond.at(OR)} or {orelse.at(OR)}", OR, depth, type=orelse.type)
    text = f"{then.at(OR)} if {cond.at(OR)} else {orelse.at(CONDITIONAL)}"
    return Code(text, CONDITIONAL, depth, type=then.type or orelse.type)


def negated(cond: Code) -> str:
    """The condition's opposite, which binds as `not` does."""
    if isinstance(cond.shape, OperationShape) and cond.shape.symbol == "in":
        return f"{cond.shape.left.at(COMPARISON + 1)} not in {cond.shape.right.at(COMPARISON + 1)}"
    return cond.text[4:] if cond.precedence == NOT else f"not {cond.at(NOT)}"


def lines(statements: Statements, indent: int) -> list[str]:
    """The statements as lines of text; `if` in an otherwise empty `else` becomes `elif`."""
    found: list[str] = []
    todo: list[tuple[Statement, int]] = [(s, indent) for s in reversed(statements)]
    while todo:
        statement, depth = todo.pop()
        space = "    " * depth
        match statement:
            case Line(text):
                found.append(space + text)
            case Assign(names, codes):
                found += [space + text for text in _assignments(names, codes)]
            case Return(codes):
                right = codes[0].text if len(codes) == 1 else tuple_text(codes)
                found.append(f"{space}return {right}")
            case Block(header, body):
                if header == "else:" and _is_if(body):
                    first, *rest = body
                    assert isinstance(first, Block)
                    todo.extend((s, depth) for s in rest)
                    todo.append((Block("el" + first.header, first.body), depth))
                    continue
                found.append(space + header)
                inner: Statements = body or [Line("pass")]
                todo.extend((s, depth + 1) for s in reversed(inner))
    return found


def _assignments(names: tuple[str, ...], codes: tuple[Code, ...]) -> list[str]:
    """The assignment as lines: one for each name where none reads a name before it."""
    if len(codes) != len(names):
        return [f"{', '.join(names)} = {codes[0].text}"]
    changed: set[str] = set()
    for name, code in zip(names, codes, strict=True):
        read = identifiers(code.text) if changed else set()
        # a function defined before may read any variable
        if changed & read or any(n.startswith(NESTED) for n in read):
            return [f"{', '.join(names)} = {tuple_text(codes)}"]
        changed.add(name)
    return [_assignment(name, code) for name, code in zip(names, codes, strict=True)]


def _assignment(name: str, code: Code) -> str:
    shape = code.shape
    if isinstance(shape, OperationShape) and shape.left.text == name and shape.symbol != "in":
        return f"{name} {shape.symbol}= {shape.right.text}"
    return f"{name} = {code.text}"


def _is_if(body: Statements) -> bool:
    if not 1 <= len(body) <= 2:
        return False
    headers = [s.header if isinstance(s, Block) else "" for s in body]
    return headers[0].startswith("if ") and headers[1:] in ([], ["else:"])
