"""The surface tree: a program as it is written, with positions, before types and lowering.

`parse` makes it, `format` prints it again with its comments, `check` and `lower` turn it into
core. Every node has a `place`; equality of nodes is identity, for `check` keeps its findings
beside the tree, by node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

from progsynth.lang.types import Type


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: line and column from 1, and the end (column just behind it)."""

    line: int
    column: int
    end_line: int
    end_column: int


T = TypeVar("T")


@dataclass_transform(eq_default=False, frozen_default=True, field_specifiers=(field,))
def _node(cls: type[T]) -> type[T]:
    return dataclass(frozen=True, slots=True, eq=False)(cls)


@_node
class Node:
    """Any node of the surface tree."""

    place: Place


# ------------------------------------------------------------------------- expressions


@_node
class Literal(Node):
    """int (any size, without sign), float, bool or str."""

    value: int | float | bool | str
    text: str = ""  # as written, for numbers and strings, so that `format` keeps it


@_node
class Name(Node):
    """A variable, or a function or primitive by name.

    With `neural`, written `neural digit`, it is a neural submodule and nothing else.
    """

    name: str
    neural: bool = False


@_node
class Unary(Node):
    """`-x` or `not x`; `symbol` as in operators.UNARY."""

    symbol: str
    operand: Expression


@_node
class Binary(Node):
    """An arithmetic or bit operator; `symbol` as in operators.BINARY, no comparison."""

    symbol: str
    left: Expression
    right: Expression


@_node
class Compare(Node):
    """`a < b <= c`: one operand more than symbols."""

    operands: tuple[Expression, ...]
    symbols: tuple[str, ...]


@_node
class Logical(Node):
    """`a and b and c` or `a or b`; two operands or more."""

    symbol: str  # "and" or "or"
    operands: tuple[Expression, ...]


@_node
class Conditional(Node):
    """`then if cond else orelse`."""

    cond: Expression
    then: Expression
    orelse: Expression


@_node
class LambdaExpression(Node):
    """`lambda x, y: body`."""

    params: tuple[Name, ...]
    body: Expression


@_node
class CallExpression(Node):
    """`function(args)`. `function` is a Name in a right program; anything else is an error."""

    function: Expression
    args: tuple[Expression, ...]


@_node
class Attribute(Node):
    """`xs.append`: not part of the language; kept so that the error can say what to write."""

    value: Expression
    name: str


@_node
class Index(Node):
    """`xs[i]`."""

    value: Expression
    index: Expression


@_node
class Slice(Node):
    """`xs[start:stop:step]`; parts not written are None."""

    value: Expression
    start: Expression | None
    stop: Expression | None
    step: Expression | None


@_node
class ListLiteral(Node):
    """`[a, b]`."""

    items: tuple[Expression, ...]


@_node
class TupleLiteral(Node):
    """`(a, b)`; `(a,)`; in assignments and returns also without parentheses."""

    items: tuple[Expression, ...]


@_node
class DictLiteral(Node):
    """`{k: v}`."""

    items: tuple[tuple[Expression, Expression], ...]


@_node
class ComprehensionFor(Node):
    """`for target in source if c1 if c2` of a comprehension."""

    target: Target
    source: Expression
    conditions: tuple[Expression, ...]


@_node
class ListComprehension(Node):
    """`[value for ...]`."""

    value: Expression
    clauses: tuple[ComprehensionFor, ...]


@_node
class DictComprehension(Node):
    """`{key: value for ...}`."""

    key: Expression
    value: Expression
    clauses: tuple[ComprehensionFor, ...]


@_node
class HoleExpression(Node):
    """`??`, `??neural`, `??param`; then, each optional, `[type]`, `{primitives}`, `(args)`."""

    kind: str  # "expression", "neural" or "param"
    type: TypeExpression | None
    allowed: tuple[Name, ...] | None
    args: tuple[Expression, ...] | None


Expression = (
    Literal
    | Name
    | Unary
    | Binary
    | Compare
    | Logical
    | Conditional
    | LambdaExpression
    | CallExpression
    | Attribute
    | Index
    | Slice
    | ListLiteral
    | TupleLiteral
    | DictLiteral
    | ListComprehension
    | DictComprehension
    | HoleExpression
)


@_node
class TypeExpression(Node):
    """A type as written, already read."""

    type: Type


# A target of `=` or `for`: a name, an item `xs[i]` (not in for), or several names.
Target = Name | Index | TupleLiteral


# -------------------------------------------------------------------------- statements


@_node
class Assign(Node):
    """`target = value`, `a: int = 1`, `a, b = b, a`, `xs[i] = v`."""

    target: Target
    value: Expression
    annotation: TypeExpression | None = None


@_node
class AugmentedAssign(Node):
    """`target += value`; `symbol` without the `=`. The target is a Name or an Index."""

    target: Target
    symbol: str
    value: Expression


@_node
class IfStatement(Node):
    """`if`/`elif`/`else`: the branches in order, and the else block (empty if not written)."""

    branches: tuple[tuple[Expression, Block], ...]
    orelse: Block


@_node
class WhileStatement(Node):
    """`while cond: body`."""

    cond: Expression
    body: Block


@_node
class ForStatement(Node):
    """`for target in source: body`."""

    target: Target
    source: Expression
    body: Block


@_node
class Return(Node):
    """`return value`."""

    value: Expression


@_node
class Break(Node):
    """`break`."""


@_node
class Continue(Node):
    """`continue`."""


@_node
class Pass(Node):
    """`pass`."""


@_node
class ExpressionStatement(Node):
    """An expression on a line of its own: an error in `check`, or a docstring, which is dropped."""

    value: Expression


@_node
class Parameter(Node):
    """`name: type`; in nested functions the type may be left out."""

    name: str
    type: TypeExpression | None


@_node
class Definition(Node):
    """`def name(params) -> result: body`, at the top or inside a function.

    `doc` is the text of a docstring that opens the body (then not in `body`).
    """

    name: str
    params: tuple[Parameter, ...]
    result: TypeExpression | None
    body: Block
    doc: str = ""


@_node
class NeuralDeclaration(Node):
    """`neural name(params) -> type`."""

    name: str
    params: tuple[Parameter, ...]
    result: TypeExpression


Statement = (
    Assign
    | AugmentedAssign
    | IfStatement
    | WhileStatement
    | ForStatement
    | Return
    | Break
    | Continue
    | Pass
    | ExpressionStatement
    | Definition
)
Block = tuple[Statement, ...]


@_node
class Module(Node):
    """A whole text: its definitions and declarations in order; the last `def` is the entry.

    `comments` maps a line to the text of the comment that ends it, with its `#`.
    """

    items: tuple[Definition | NeuralDeclaration, ...]
    source: str = ""
    filename: str = "<text>"
    comments: dict[int, str] = field(default_factory=dict)
