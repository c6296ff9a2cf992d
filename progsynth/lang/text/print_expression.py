"""Surface expressions as documents to print, with the fewest parentheses that keep the tree.

Literals keep their spelling; strings stand in double quotes unless they hold some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from progsynth.lang import operators as ops
from progsynth.lang.text.document import Doc, Group, Item
from progsynth.lang.text.surface import (
    Attribute,
    Binary,
    CallExpression,
    Compare,
    ComprehensionFor,
    Conditional,
    DictComprehension,
    DictLiteral,
    Expression,
    HoleExpression,
    Index,
    LambdaExpression,
    ListComprehension,
    ListLiteral,
    Literal,
    Logical,
    Name,
    Node,
    Slice,
    TupleLiteral,
    Unary,
)
from progsynth.lang.walk import Walk, walk

_ANY = 0  # the least precedence: everything stands here without parentheses
_OPERATION = ops.OR  # what `if` may follow: no lambda, no conditional


def expression_document(node: Expression) -> Doc:
    """The document of an expression that stands alone; a tuple needs no parentheses there."""
    if isinstance(node, TupleLiteral) and len(node.items) > 1:
        items = tuple(_item(n, walk(_document(n, _ANY))) for n in node.items)
        return (_group("(", ")", items, node, optional=True),)
    return walk(_document(node, _ANY))


def precedence(node: Expression) -> int:
    """How tightly the outermost operator of an expression binds."""
    match node:
        case LambdaExpression():
            return ops.LAMBDA
        case Conditional():
            return ops.CONDITIONAL
        case Logical(symbol=symbol):
            return ops.OR if symbol == "or" else ops.AND
        case Compare():
            return ops.COMPARISON
        case Unary(symbol=symbol):
            return ops.UNARY[symbol].precedence
        case Binary(symbol=symbol):
            return ops.BINARY[symbol].precedence
        case HoleExpression():
            return ops.POWER  # what follows a hole in brackets belongs to it
        case CallExpression() | Index() | Slice() | Attribute():
            return ops.POSTFIX
    return ops.ATOM


def _document(node: Expression, least: int) -> Walk[Doc]:
    """The document of a node, in parentheses where it binds less tightly than `least`."""
    parts = yield _parts(node)
    if precedence(node) >= least:
        return parts
    if len(parts) == 1 and isinstance(parts[0], Group) and parts[0].optional:
        return (_group("(", ")", parts[0].items, node, comma=False),)
    return (_group("(", ")", (_item(node, parts),), node, comma=False),)


def _parts(node: Expression) -> Walk[Doc]:
    match node:
        case Literal():
            return (literal_text(node),)
        case Name(name=name, neural=neural):
            return (f"neural {name}" if neural else name,)
        case Unary(symbol=symbol, operand=operand):
            twice = symbol == "-" and isinstance(operand, Unary) and operand.symbol == "-"
            least = ops.ATOM if twice else precedence(node)
            inner = yield _document(operand, least)
            return ("not " if symbol == "not" else "-", *inner)
        case Binary() | Compare() | Logical() | Conditional():
            items = []
            for prefix, part, least in _segments(node):
                doc = yield _document(part, least)
                items.append(_item(part, (prefix, *doc) if prefix else doc))
            return (_group("(", ")", items, node, comma=False, optional=True),)
        case LambdaExpression(params=params, body=body):
            inner = yield _document(body, _ANY)
            names = ", ".join(p.name for p in params)
            return (f"lambda {names}: " if names else "lambda: ", *inner)
        case CallExpression(function=function, args=args):
            head = yield _document(function, ops.POSTFIX)
            items = yield _items(args)
            return (*head, _group("(", ")", items, node, after=function))
        case Attribute(value=value, name=name):
            number = isinstance(value, Literal) and not isinstance(value.value, str)
            head = yield _document(value, ops.ATOM + 1 if number else ops.POSTFIX)
            return (*head, f".{name}")
        case Index(value=value, index=index):
            head = yield _document(value, ops.POSTFIX)
            items = yield _items((index,))
            return (*head, _group("[", "]", items, node, after=value, comma=False))
        case Slice(value=value, start=start, stop=stop, step=step):
            head = yield _document(value, ops.POSTFIX)
            inner = yield _optional("", start)
            inner += yield _optional(":", stop)
            inner += () if step is None else (yield _optional(":", step))
            item = Item(inner, node.place.line, node.place.end_line)
            return (*head, _group("[", "]", (item,), node, after=value, comma=False))
        case TupleLiteral(items=members):
            items = yield _items(members)
            if len(members) == 1:
                alone = _item(members[0], (*items[0].doc, ","))
                return (_group("(", ")", (alone,), node, comma=False),)
            return (_group("(", ")", items, node),)
        case ListLiteral(items=members):
            items = yield _items(members)
            return (_group("[", "]", items, node),)
        case DictLiteral(items=pairs):
            items = []
            for key, value in pairs:
                items.append((yield _pair(key, value)))
            return (_group("{", "}", items, node),)
        case ListComprehension(value=value, clauses=clauses):
            doc = yield _document(value, _ANY)
            rest = yield _clauses(clauses)
            return (_group("[", "]", (_item(value, doc), *rest), node, comma=False),)
        case DictComprehension(key=key, value=value, clauses=clauses):
            first = yield _pair(key, value)
            rest = yield _clauses(clauses)
            return (_group("{", "}", (first, *rest), node, comma=False),)
        case HoleExpression():
            return (yield _hole(node))
    raise AssertionError(f"no such expression: {type(node).__name__}")


def _group(
    opening: str,
    closing: str,
    items: Iterable[Item],
    node: Node,
    *,
    after: Node | None = None,
    comma: bool = True,
    optional: bool = False,
) -> Group:
    first = node.place.line if after is None else after.place.end_line
    last = node.place.end_line
    return Group(opening, closing, tuple(items), comma, optional, first, last)


def _item(node: Node, doc: Doc) -> Item:
    return Item(doc, node.place.line, node.place.end_line)


def _items(nodes: Iterable[Expression]) -> Walk[tuple[Item, ...]]:
    found = []
    for node in nodes:
        found.append(_item(node, (yield _document(node, _ANY))))
    return tuple(found)


def _optional(colon: str, node: Expression | None) -> Walk[Doc]:
    return (colon,) if node is None else (colon, *(yield _document(node, _ANY)))


def _pair(key: Expression, value: Expression) -> Walk[Item]:
    left = yield _document(key, _ANY)
    right = yield _document(value, _ANY)
    return Item((*left, ": ", *right), key.place.line, value.place.end_line)


def _clauses(clauses: Iterable[ComprehensionFor]) -> Walk[tuple[Item, ...]]:
    found = []
    for clause in clauses:
        target = yield _target(clause.target)
        source = clause.source
        doc = ("for ", *target, " in ", *(yield _document(source, _OPERATION)))
        found.append(Item(doc, clause.place.line, source.place.end_line))
        for condition in clause.conditions:
            doc = yield _document(condition, _OPERATION)
            found.append(_item(condition, ("if ", *doc)))
    return tuple(found)


def _target(node: Expression) -> Walk[Doc]:
    if isinstance(node, TupleLiteral) and len(node.items) > 1:
        return (", ".join(n.name for n in node.items if isinstance(n, Name)),)
    return (yield _document(node, _ANY))


def _hole(node: HoleExpression) -> Walk[Doc]:
    head = "??" if node.kind == "expression" else f"??{node.kind}"
    if node.type is not None:
        head += f"[{node.type.type}]"
    if node.allowed is not None:
        head += "{" + ", ".join(_primitive_name(n.name) for n in node.allowed) + "}"
    if node.args is None:
        return (head,)
    items = yield _items(node.args)
    return (head, _group("(", ")", items, node))


def _primitive_name(name: str) -> str:
    return name[2:-2] if name.startswith("_ ") else name[:-2] if name == "not _" else name


def _segments(node: Expression) -> Iterator[tuple[str, Expression, int]]:
    """The operands of an operation: what is written before each, and how tightly it must bind.

    Operators that bind alike make one sequence: a + b - c has three operands.
    """
    own = precedence(node)
    if isinstance(node, Conditional):
        yield "", node.then, _OPERATION
        while True:
            yield "if ", node.cond, _OPERATION
            if not (isinstance(node.orelse, Conditional)):
                break
            yield "else ", node.orelse.then, _OPERATION
            node = node.orelse
        yield "else ", node.orelse, _ANY
    elif isinstance(node, Compare):
        for symbol, part in zip(("", *node.symbols), node.operands, strict=True):
            yield f"{symbol} " if symbol else "", part, own + 1
    elif isinstance(node, Logical):
        for place, part in enumerate(node.operands):
            yield f"{node.symbol} " if place else "", part, own + 1
    elif isinstance(node, Binary) and ops.BINARY[node.symbol].right_associative:
        symbol = ""
        rest: Expression = node
        while isinstance(rest, Binary) and rest.symbol == node.symbol:
            yield symbol, rest.left, own + 1
            symbol = f"{node.symbol} "
            rest = rest.right
        # -x may stand unbracketed to the right of what binds more tightly
        yield symbol, rest, ops.NEGATION
    elif isinstance(node, Binary):
        found: list[tuple[str, Expression, int]] = []
        left: Expression = node
        while isinstance(left, Binary) and precedence(left) == own:
            found.append((f"{left.symbol} ", left.right, own + 1))
            left = left.left
        yield "", left, own
        yield from reversed(found)


# ----------------------------------------------------------------------------- literals


def literal_text(node: Literal) -> str:
    """The literal as it is written; its own spelling where it has one."""
    value, text = node.value, node.text
    if isinstance(value, str):
        return _in_double_quotes(text) if text else string_text(value)
    if text:
        return text
    return repr(value)


def _in_double_quotes(text: str) -> str:
    if text[0] == '"' or '"' in text or text.startswith("'''"):
        return text
    return '"' + text[1:-1].replace("\\'", "'") + '"'


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string_text(value: str) -> str:
    """A string literal for a text, on one line.

    >>> print(string_text('say "hi"'), string_text("it's"))
    'say "hi"' "it's"
    """
    quote = "'" if '"' in value and "'" not in value else '"'
    out = []
    for character in value:
        code = ord(character)
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character == quote:
            out.append("\\" + quote)
        elif character.isprintable():
            out.append(character)
        else:
            out.append(
                f"\\x{code:02x}"
                if code < 0x100
                else f"\\u{code:04x}"
                if code < 0x10000
                else f"\\U{code:08x}"
            )
    return quote + "".join(out) + quote
