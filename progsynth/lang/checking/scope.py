"""Names of a program text: which there are in a place, and which are sure to have a value there.

As in Python, a name that a function assigns anywhere is a variable of that function everywhere.
Sets of variables are ints, one bit a variable: a function may have 10,000 of both statements
and variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from progsynth.lang.text import surface as s
from progsynth.lang.types import Type

UNREACHABLE = -1  # as a set of variables: all; what never runs needs no value


@dataclass(slots=True)
class Variable:
    """A variable with its type, the line that gave it, and its bit in its function's sets."""

    type: Type
    line: int
    bit: int = 0


@dataclass(frozen=True, slots=True)
class Nested:
    """A `def` inside a function. `copies` counts the definitions that one use of it puts down."""

    definition: s.Definition
    params: tuple[Type, ...]
    result: Type
    copies: int


@dataclass(slots=True)
class Frame:
    """The names that one function, lambda or comprehension adds to those around it.

    `assigned` is the set of variables that have a value at the place being checked; `reasons`
    says, by variable, why it may have none. `result` is None outside functions.
    """

    outer: Frame | None
    variables: dict[str, Variable] = field(default_factory=dict)
    nested: dict[str, Nested] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)  # nested defs of blocks that are over
    order: list[str] = field(default_factory=list)  # the variables by number of their bit
    assigned: int = UNREACHABLE
    reasons: dict[str, str] = field(default_factory=dict)
    result: Type | None = None
    loops: int = 0
    defining: s.Definition | None = None
    copies: int = 1

    def declare(self, name: str, type_: Type, line: int) -> int:
        """Add a variable; its bit."""
        bit = 1 << len(self.order)
        self.variables[name] = Variable(type_, line, bit)
        self.order.append(name)
        return bit

    def chain(self) -> Iterator[Frame]:
        """This frame and those around it, innermost first."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer

    def find(self, name: str) -> Variable | Nested | None:
        """What the name stands for here, or None when it is no local name."""
        for frame in self.chain():
            found = frame.variables.get(name) or frame.nested.get(name)
            if found is not None:
                return found
        return None

    def missing(self, name: str) -> Frame | None:
        """The frame whose variable of that name may have no value here, or None."""
        for frame in self.chain():
            found = frame.variables.get(name)
            if found is not None:
                return None if frame.assigned & found.bit else frame
        return None

    def function(self) -> Frame:
        """The innermost frame that is a function's."""
        return next(f for f in self.chain() if f.result is not None)

    def names(self) -> Iterator[str]:
        """All local names that can be seen."""
        for frame in self.chain():
            yield from frame.variables
            yield from frame.nested


# --------------------------------------------------------------------- asking of the tree


def target_names(target: s.Target) -> Iterator[s.Name]:
    """The names that an assignment to the target gives a value; for `xs[i]` it is `xs`."""
    todo: list[s.Expression] = [target]
    while todo:
        node = todo.pop()
        if isinstance(node, s.TupleLiteral):
            todo.extend(reversed(node.items))
        elif isinstance(node, s.Index):
            todo.append(node.value)
        elif isinstance(node, s.Name):
            yield node


def assigned_names(block: s.Block) -> dict[str, s.Name]:
    """The variables that a block assigns, in order of first assignment, where they do so."""
    found: dict[str, s.Name] = {}
    todo: list[s.Statement] = list(reversed(block))
    while todo:
        statement = todo.pop()
        match statement:
            case s.Assign(target=target) | s.AugmentedAssign(target=target):
                for name in target_names(target):
                    found.setdefault(name.name, name)
            case s.IfStatement(branches=branches, orelse=orelse):
                todo.extend(reversed(orelse))
                for _, body in reversed(branches):
                    todo.extend(reversed(body))
            case s.WhileStatement(body=body):
                todo.extend(reversed(body))
            case s.ForStatement(target=target, body=body):
                for name in target_names(target):
                    found.setdefault(name.name, name)
                todo.extend(reversed(body))
            case _:
                pass
    return found


def children(node: s.Node) -> tuple[s.Node, ...]:
    """The nodes directly inside a node, in the order of the text."""
    match node:
        case s.Unary(operand=inner) | s.Attribute(value=inner) | s.Return(value=inner):
            return (inner,)
        case s.ExpressionStatement(value=inner):
            return (inner,)
        case s.Binary(left=left, right=right):
            return (left, right)
        case s.Compare(operands=items) | s.Logical(operands=items):
            return items
        case s.ListLiteral(items=items) | s.TupleLiteral(items=items):
            return items
        case s.Conditional(cond=cond, then=then, orelse=other):
            return (then, cond, other)
        case s.LambdaExpression(body=body):
            return (body,)
        case s.CallExpression(function=function, args=args):
            return (function, *args)
        case s.Index(value=value, index=index):
            return (value, index)
        case s.Slice(value=value, start=start, stop=stop, step=step):
            return (value, *(p for p in (start, stop, step) if p is not None))
        case s.DictLiteral(items=pairs):
            return tuple(part for pair in pairs for part in pair)
        case s.ComprehensionFor(target=target, source=source, conditions=conditions):
            return (target, source, *conditions)
        case s.ListComprehension(value=value, clauses=clauses):
            return (value, *clauses)
        case s.DictComprehension(key=key, value=value, clauses=clauses):
            return (key, value, *clauses)
        case s.HoleExpression(args=hole_args):
            return hole_args or ()
        case s.Assign(target=target, value=value) | s.AugmentedAssign(target=target, value=value):
            return (target, value)
        case s.IfStatement(branches=branches, orelse=orelse):
            return (*(part for cond, body in branches for part in (cond, *body)), *orelse)
        case s.WhileStatement(cond=cond, body=block):
            return (cond, *block)
        case s.ForStatement(target=target, source=source, body=block):
            return (target, source, *block)
        case s.Definition(body=block):
            return block
        case _:
            return ()


def used_names(definition: s.Definition) -> dict[str, s.Name]:
    """The names that a function uses and that are not variables of its own, where it first does."""
    own = {p.name for p in definition.params} | set(assigned_names(definition.body))
    found: dict[str, s.Name] = {}
    todo: list[s.Node] = [definition]
    while todo:
        node = todo.pop()
        if isinstance(node, s.Name) and not node.neural and node.name not in own:
            found.setdefault(node.name, node)
        todo.extend(reversed(children(node)))
    return found


def breaks(block: s.Block) -> bool:
    """Does a loop with this body have a `break` of its own?"""
    return any(isinstance(n, s.Break) for n in _own_statements(block, loops=False))


def stops(block: s.Block) -> bool:
    """Can a loop with this body end before its source does?"""
    return breaks(block) or any(isinstance(n, s.Return) for n in _own_statements(block, loops=True))


def _own_statements(block: s.Block, loops: bool) -> list[s.Statement]:
    """The statements of a block and of the blocks in it; those of inner loops if asked."""
    found: list[s.Statement] = []
    todo: list[s.Statement] = list(block)
    while todo:
        node = todo.pop()
        found.append(node)
        if isinstance(node, s.IfStatement):
            todo.extend(n for _, body in node.branches for n in body)
            todo.extend(node.orelse)
        elif loops and isinstance(node, s.WhileStatement | s.ForStatement):
            todo.extend(node.body)
    return found
