"""Python expressions with places to fill in: `{a} + {b}`, `[{f}(x) for x in {xs}]`.

A template is read once. Filling it puts parentheses only where they are needed, renames the
template's own variables away from the arguments' names, and puts the body of a lambda in place
of its call.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from progsynth.errors import PackError
from progsynth.lang.operators import (
    ATOM,
    BINARY,
    BIT_OR,
    COMPARISON,
    CONDITIONAL,
    LAMBDA,
    NEGATION,
    NOT,
    OR,
    POSTFIX,
)
from progsynth.lang.python.python_statements import (
    Code,
    FilterShape,
    ListShape,
    OperationShape,
    Shape,
    identifiers,
    negated,
)
from progsynth.lang.types import FLOAT, INT, STR, Type


@dataclass(frozen=True, slots=True)
class _Slot:
    """A piece of the template: an argument, a variable of its own, or a call of an argument.

    `precedence` is what the place asks for. `inside` says that the place is in a comprehension
    or a lambda of the template, or is evaluated only sometimes.
    """

    start: int
    end: int
    name: str
    precedence: int
    inside: bool = False
    own: bool = False
    args: tuple[str, ...] | None = None  # the template's variables that a call passes
    iterates: bool = False  # does a comprehension go over it?


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been read: its text, its precedence and its slots in order."""

    text: str
    precedence: int
    slots: tuple[_Slot, ...]
    own: tuple[str, ...]  # the variables that it binds itself
    kind: str = ""  # "map", "filter", "list", "not" or "operation": see `_kind_of`
    inner: Template | None = None  # of a list: what is inside, unless it is an argument alone

    def settles(self, name: str) -> bool:
        """Must the argument be a name or a constant: is it used twice, or not always once?"""
        uses = [slot for slot in self.slots if slot.name == name and not slot.own]
        return len(uses) != 1 or uses[0].inside

    @property
    def is_slot(self) -> bool:
        """Is it nothing but one of the arguments?"""
        slots = self.slots
        return (
            len(slots) == 1
            and not slots[0].own
            and (slots[0].start, slots[0].end) == (0, len(self.text))
            and slots[0].args is None
        )

    @property
    def in_order(self) -> tuple[str, ...]:
        """The arguments in the order of their evaluation."""
        return tuple(slot.name for slot in self.slots if not slot.own)

    def fill(self, args: Mapping[str, Code], type_: Type | None = None) -> Code:
        """The template with the arguments in their places; `type_` is that of its value."""
        if self.is_slot:
            return args[self.slots[0].name]
        if self.kind == "not" and isinstance(args[self.slots[0].name].shape, OperationShape):
            code = args[self.slots[0].name]
            return Code(negated(code), self.precedence, code.depth + 1, type=type_)
        if self.kind == "map":
            merged = self._over_filter(args)
            if merged is not None:
                return merged
        names = self._own_names(args)
        parts: list[str] = []
        place = 0
        for slot in self.slots:
            text = _filled(slot, args, names)
            if text.isdigit() and self.text[slot.end : slot.end + 1] == ".":
                text = f"({text})"
            parts += (self.text[place : slot.start], text)
            place = slot.end
        parts.append(self.text[place:])
        depth = 1 + max((code.depth for code in args.values()), default=0)
        shape = self._shape(args, names, type_)
        return Code("".join(parts), self.precedence, depth, type=type_, shape=shape)

    def _own_names(self, args: Mapping[str, Code]) -> dict[str, str]:
        """Names for the template's variables: those of a lambda that it calls with them."""
        if not self.own:
            return {}
        chosen: dict[str, str] = {}
        inside = {slot.name for slot in self.slots if slot.inside}
        for slot in self.slots:
            function = args[slot.name].function if slot.args is not None else None
            if function is None or slot.args is None or len(function.params) != len(slot.args):
                continue
            others: set[str] = set()
            for name in inside - {slot.name}:
                others |= identifiers(args[name].text)
            for own, param in zip(slot.args, function.params, strict=True):
                if own not in chosen and param not in chosen.values() and param not in others:
                    chosen[own] = param
        taken: set[str] = set()
        for name in inside & set(args):
            taken |= identifiers(args[name].text)
        for own in self.own:
            if own not in chosen:
                name, count = own, 1
                while name in taken or name in chosen.values():
                    count += 1
                    name = f"{own}_{count}"
                chosen[own] = name
        return chosen

    def _shape(
        self, args: Mapping[str, Code], names: Mapping[str, str], type_: Type | None
    ) -> Shape:
        """What the filled template is, where that matters to what stands around it."""
        slots = self.slots
        if self.kind == "list":
            inner = self.inner.fill(args) if self.inner else args[slots[0].name]
            return ListShape(inner)
        if self.kind == "operation":
            left, right = args[slots[0].name], args[slots[1].name]
            symbol = self.text[slots[0].end : slots[1].start].strip()
            known = type_ in _UNCHANGING or symbol == "in"
            return OperationShape(left, symbol, right) if known else None
        if self.kind == "filter":
            source = next(slot for slot in slots if slot.iterates)
            condition, (variable,) = next((slot, slot.args) for slot in slots if slot.args)
            text = _filled(condition, args, names)
            return FilterShape(names[variable], args[source.name], Code(text))
        return None

    def _over_filter(self, args: Mapping[str, Code]) -> Code | None:
        """`[f(x) for x in xs if c(x)]` for a map over a filter."""
        mapped = next(slot for slot in self.slots if slot.args is not None)
        source = next(slot for slot in self.slots if slot.iterates)
        code, function = args[source.name], args[mapped.name].function
        if not isinstance(code.shape, FilterShape):
            return None
        variable = code.shape.variable
        if function is None:
            text = f"{args[mapped.name].at(POSTFIX)}({variable})"
            if variable in identifiers(args[mapped.name].text):
                return None
        elif function.params == (variable,):
            text = function.body.at(LAMBDA)
        else:
            return None
        over = _iterated(code.shape.source, OR)
        depth = 1 + max(c.depth for c in args.values())
        text = f"[{text} for {variable} in {over} if {code.shape.condition.text}]"
        return Code(text, ATOM, depth)


_UNCHANGING = (INT, FLOAT, STR)


def _filled(slot: _Slot, args: Mapping[str, Code], names: Mapping[str, str]) -> str:
    """The text of one slot."""
    if slot.own:
        return names[slot.name]
    code = args[slot.name]
    if slot.args is None:
        return _iterated(code, slot.precedence) if slot.iterates else code.at(slot.precedence)
    passed = tuple(names[a] for a in slot.args)
    if code.function is not None and code.function.params == passed:
        return code.function.body.at(slot.precedence)
    return f"{code.at(POSTFIX)}({', '.join(passed)})"


def _iterated(code: Code, precedence: int) -> str:
    over = code.shape.inner if isinstance(code.shape, ListShape) else code
    return over.at(precedence)


_MARK = "slot__"


@cache
def template(text: str, params: tuple[str, ...]) -> Template:
    """The template that `text` writes, with `{name}` for a parameter; other braces are Python's.

    Pure: the same text always gives the same template, which makes the cache invisible.
    Raises PackError.
    """
    marked = re.sub(r"\{(\w+)\}", lambda m: _MARK + m[1] if m[1] in params else m[0], text)
    try:
        tree = ast.parse(marked, mode="eval").body
    except SyntaxError as error:
        raise PackError(f"the Python form '{text}' cannot be read: {error.msg}") from None
    return _read(tree, marked)


def expression_template(tree: ast.expr, params: tuple[str, ...]) -> Template:
    """The template of a Python expression in which names of parameters are the slots."""
    marks = {name: _MARK + name for name in params}
    changed = _Marker(marks).visit(ast.parse(ast.unparse(tree), mode="eval")).body
    text = ast.unparse(changed)
    return _read(ast.parse(text, mode="eval").body, text)


class _Marker(ast.NodeTransformer):
    def __init__(self, marks: Mapping[str, str]):
        self.marks = marks

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.marks.get(node.id, node.id), node.ctx)


def _read(tree: ast.expr, text: str) -> Template:
    slots: list[_Slot] = []
    own = tuple(dict.fromkeys(_bound_names(tree)))
    places = Places(text)
    over = [c.iter for c in ast.walk(tree) if isinstance(c, ast.comprehension)]
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            over += call.args if call.func.id in _ITERATING else ()

    def visit(node: ast.AST, precedence: int, inside: bool) -> None:
        if isinstance(node, ast.Name):
            start, end = places.start(node), places.end(node)
            if node.id.startswith(_MARK):
                name = node.id[len(_MARK) :]
                slots.append(_Slot(start, end, name, precedence, inside, iterates=node in over))
            elif node.id in own:
                slots.append(_Slot(start, end, node.id, ATOM, own=True))
            return
        if isinstance(node, ast.arg) and node.arg in own:
            start, end = places.start(node), places.end(node)
            slots.append(_Slot(start, end, node.arg, ATOM, own=True))
            return
        if isinstance(node, ast.Call):
            call = _call_of_slot(node, own)
            if call is not None:
                start, end = places.start(node), places.end(node)
                slots.append(_Slot(start, end, call[0], precedence, inside, args=call[1]))
                return
        for child, asked, lazy in _children(node):
            visit(child, asked, inside or lazy)

    visit(tree, LAMBDA, False)
    slots.sort(key=lambda slot: slot.start)
    inner = None
    kind = _kind_of(tree, tuple(slots))
    if kind == "list":
        assert isinstance(tree, ast.Call)
        held = ast.get_source_segment(text, tree.args[0])
        assert held is not None
        inner = _read(ast.parse(held, mode="eval").body, held)
    return Template(text, precedence_of(tree), tuple(slots), own, kind, inner)


def _kind_of(tree: ast.expr, slots: tuple[_Slot, ...]) -> str:
    """What the template is, where that can be written better in some places."""
    match tree:
        case ast.Call(ast.Name("list"), [_], []):
            return "list"
        case ast.BinOp(ast.Name(), _, ast.Name()) if len(slots) == 2:
            return "operation"
        case ast.Compare(ast.Name(), [ast.In()], [ast.Name()]) if len(slots) == 2:
            return "operation"
        case ast.UnaryOp(ast.Not(), ast.Name()) if len(slots) == 1:
            return "not"
        case ast.ListComp(ast.Call(), [ast.comprehension(ast.Name(), ast.Name(), [])]):
            calls = [slot for slot in slots if slot.args is not None]
            if len(slots) == 3 and len(calls) == 1 and slots[0] is calls[0]:
                return "map"
        case ast.ListComp(
            ast.Name(variable), [ast.comprehension(ast.Name(same), ast.Name(), [ast.Call()])]
        ) if variable == same and len(slots) == 4 and slots[-1].args == (variable,):
            return "filter"
    return ""


_ITERATING = ("dict", "enumerate", "list", "sorted", "sum", "zip")


class Places:
    """Where the nodes of Python's tree stand in their text; it counts in bytes of lines."""

    def __init__(self, text: str):
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def start(self, node: ast.expr | ast.arg | ast.stmt) -> int:
        """The place of its first character."""
        return self._place(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.arg | ast.stmt) -> int:
        """The place behind its last character."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._place(node.end_lineno, node.end_col_offset)

    def _place(self, line: int, column: int) -> int:
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode())
        return self.starts[line - 1] + column


def _bound_names(tree: ast.expr) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append(node.id)
        elif isinstance(node, ast.arg):
            found.append(node.arg)
    return found


def _call_of_slot(node: ast.Call, own: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The argument and the template's variables of a call such as `{f}(x)`."""
    if not isinstance(node.func, ast.Name) or node.keywords:
        return None
    if not node.func.id.startswith(_MARK):
        return None
    names = [a.id if isinstance(a, ast.Name) else "" for a in node.args]
    if not names or any(name not in own for name in names) or len(set(names)) != len(names):
        return None
    return node.func.id[len(_MARK) :], tuple(names)


_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
}


def precedence_of(node: ast.expr) -> int:
    """How tightly a Python expression binds."""
    match node:
        case ast.BinOp():
            return BINARY[_SYMBOLS[type(node.op)]].precedence
        case ast.BoolOp():
            return OR if isinstance(node.op, ast.Or) else OR + 1
        case ast.UnaryOp():
            return NOT if isinstance(node.op, ast.Not) else NEGATION
        case ast.Compare():
            return COMPARISON
        case ast.IfExp():
            return CONDITIONAL
        case ast.Lambda():
            return LAMBDA
        case ast.Call() | ast.Attribute() | ast.Subscript():
            return POSTFIX
        case ast.NamedExpr() | ast.Starred() | ast.Yield() | ast.Await() | ast.GeneratorExp():
            return 0
    return ATOM


def _children(node: ast.AST) -> list[tuple[ast.AST, int, bool]]:
    """The parts of an expression: the precedence each asks for; is it evaluated elsewhere?"""
    match node:
        case ast.BinOp(left=left, right=right):
            own = precedence_of(node)
            if isinstance(node.op, ast.Pow):
                return [(left, POSTFIX, False), (right, NEGATION, False)]
            return [(left, own, False), (right, own + 1, False)]
        case ast.BoolOp(values=values):
            own = precedence_of(node)
            return [(value, own + 1, n > 0) for n, value in enumerate(values)]
        case ast.UnaryOp(operand=operand):
            return [(operand, precedence_of(node), False)]
        case ast.Compare(left=left, comparators=others):
            return [(one, COMPARISON + 1, n > 1) for n, one in enumerate([left, *others])]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [(test, OR, False), (body, OR, True), (orelse, CONDITIONAL, True)]
        case ast.Call(func=func, args=args, keywords=keywords):
            found: list[tuple[ast.AST, int, bool]] = [(func, POSTFIX, False)]
            found += [(arg, LAMBDA, False) for arg in args]
            return found + [(keyword.value, LAMBDA, False) for keyword in keywords]
        case ast.Attribute(value=value):
            return [(value, POSTFIX, False)]
        case ast.Subscript(value=value, slice=index):
            return [(value, POSTFIX, False), (index, LAMBDA, False)]
        case ast.Dict(keys=keys, values=values):
            shown: list[tuple[ast.AST, int, bool]] = [(k, LAMBDA, False) for k in keys if k]
            return shown + [(v, LAMBDA if k else BIT_OR, False) for k, v in zip(keys, values)]
        case ast.Starred(value=value):
            return [(value, BIT_OR, False)]
        case ast.List() | ast.Tuple() | ast.Set() | ast.Slice():
            return [(child, LAMBDA, False) for child in ast.iter_child_nodes(node)]
        case ast.Lambda(args=params, body=body):
            return [(arg, ATOM, True) for arg in params.args] + [(body, LAMBDA, True)]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return _parts_of_comprehension(node)
    return [(child, POSTFIX, True) for child in ast.iter_child_nodes(node)]


def _parts_of_comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
) -> list[tuple[ast.AST, int, bool]]:
    results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    found: list[tuple[ast.AST, int, bool]] = [(result, LAMBDA, True) for result in results]
    for number, clause in enumerate(node.generators):
        found.append((clause.target, ATOM, True))
        found.append((clause.iter, OR, number > 0))
        found += [(test, OR, True) for test in clause.ifs]
    return found
