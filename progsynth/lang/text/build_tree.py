"""The surface tree, built while the parser reads: one method for each rule of the grammar.

Lark calls these as it reduces, so that no tree of its own is made and nothing recurses. Each
method gets what the rule's parts became: tokens, nodes, and None for a part not written.
Operators arrive as a flat sequence, which `operator_tree` brings into order.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

from lark import Token

from progsynth.errors import PackError
from progsynth.lang import operators as ops
from progsynth.lang.text.operator_tree import operation_tree
from progsynth.lang.text.surface import (
    Assign,
    Attribute,
    AugmentedAssign,
    Block,
    Break,
    CallExpression,
    Compare,
    ComprehensionFor,
    Conditional,
    Continue,
    Definition,
    DictComprehension,
    DictLiteral,
    Expression,
    ExpressionStatement,
    ForStatement,
    HoleExpression,
    IfStatement,
    Index,
    LambdaExpression,
    ListComprehension,
    ListLiteral,
    Literal,
    Name,
    NeuralDeclaration,
    Node,
    Parameter,
    Pass,
    Return,
    Slice,
    Statement,
    Target,
    TupleLiteral,
    TypeExpression,
    WhileStatement,
)
from progsynth.lang.text.wrong_syntax import span, string_value, wrong
from progsynth.lang.types import parse_type

Parts = list[Any]


def _nodes(parts: Parts) -> tuple[Any, ...]:
    return tuple(part for part in parts if isinstance(part, Node))


class TreeBuilder:
    """The methods by which the parser builds the tree; it holds nothing."""

    # -------------------------------------------------------------- the top of a text

    def item(self, parts: Parts) -> Definition | NeuralDeclaration:
        return parts[0]

    def sole_expression(self, parts: Parts) -> Expression:
        return parts[0]

    def definition(self, parts: Parts) -> Definition:
        first, name, _, params, _, _, result, _, body = parts
        doc = ""
        if isinstance(body[0], ExpressionStatement):
            value = body[0].value
            if isinstance(value, Literal) and isinstance(value.value, str):
                doc, body = inspect.cleandoc(value.value), body[1:]
        last = parts[8][-1]
        return Definition(span(first, last), str(name), params or (), result, body, doc)

    def neural(self, parts: Parts) -> NeuralDeclaration:
        first, name, _, params, _, _, result, _ = parts
        for param in params or ():
            if param.type is None:
                raise wrong(
                    param,
                    f"the parameter '{param.name}' of a neural submodule has no type",
                    hint=f"write {param.name}: tensor[28, 28], for example",
                )
        return NeuralDeclaration(span(first, result), str(name), params or (), result)

    def parameters(self, parts: Parts) -> tuple[Parameter, ...]:
        return _nodes(parts)

    def parameter(self, parts: Parts) -> Parameter:
        name, _, type_ = parts
        return Parameter(span(name, type_), str(name), type_)

    # --------------------------------------------------------------------- statements

    def block(self, parts: Parts) -> Block:
        return _nodes(parts)

    def short_block(self, parts: Parts) -> Block:
        return (parts[0],)

    def line(self, parts: Parts) -> Statement:
        return parts[0]

    def if_statement(self, parts: Parts) -> IfStatement:
        first, cond, _, body, *elifs, _, _, orelse = parts
        branches = ((cond, body), *elifs)
        last = (orelse or branches[-1][1])[-1]
        return IfStatement(span(first, last), branches, orelse or ())

    def elif_(self, parts: Parts) -> tuple[Expression, Block]:
        return parts[1], parts[3]

    def while_statement(self, parts: Parts) -> WhileStatement:
        first, cond, _, body = parts
        return WhileStatement(span(first, body[-1]), cond, body)

    def for_statement(self, parts: Parts) -> ForStatement:
        first, target, _, source, _, body = parts
        return ForStatement(span(first, body[-1]), target, source, body)

    def expression_statement(self, parts: Parts) -> ExpressionStatement:
        return ExpressionStatement(parts[0].place, parts[0])

    def assign(self, parts: Parts) -> Assign:
        target, _, value = parts
        return Assign(span(target, value), _target(target), value)

    def annotated_assign(self, parts: Parts) -> Assign:
        target, _, annotation, _, value = parts
        if not isinstance(target, Name):
            raise wrong(
                target,
                "only a single name can have a type here",
                hint="leave the type out, or assign to a name first",
            )
        return Assign(span(target, value), _target(target), value, annotation)

    def augmented_assign(self, parts: Parts) -> AugmentedAssign:
        target, symbol, value = parts
        if isinstance(target, TupleLiteral):
            raise wrong(target, f"'{symbol}' changes one variable at a time")
        return AugmentedAssign(span(target, value), _target(target), str(symbol)[:-1], value)

    def return_statement(self, parts: Parts) -> Return:
        return Return(span(*parts), parts[1])

    def break_statement(self, parts: Parts) -> Break:
        return Break(span(parts[0]))

    def continue_statement(self, parts: Parts) -> Continue:
        return Continue(span(parts[0]))

    def pass_statement(self, parts: Parts) -> Pass:
        return Pass(span(parts[0]))

    def bare_tuple(self, parts: Parts) -> TupleLiteral:
        return TupleLiteral(span(parts[0], _last(parts)), _nodes(parts))

    # -------------------------------------------------------------------- expressions

    def conditional(self, parts: Parts) -> Conditional:
        then, _, cond, _, orelse = parts
        return Conditional(span(then, orelse), cond, then, orelse)

    def lambda_expression(self, parts: Parts) -> LambdaExpression:
        first, params, _, body = parts
        return LambdaExpression(span(first, body), params or (), body)

    def parameter_names(self, parts: Parts) -> tuple[Name, ...]:
        return _nodes(parts)

    def operation(self, parts: Parts) -> Expression:
        return parts[0] if len(parts) == 1 else operation_tree(parts)

    def call(self, parts: Parts) -> CallExpression:
        function, _, args, last = parts
        return CallExpression(span(function, last), function, args or ())

    def index(self, parts: Parts) -> Index:
        value, _, index, last = parts
        return Index(span(value, last), value, index)

    def slice(self, parts: Parts) -> Slice:
        value, _, start, _, stop, *rest, last = parts
        return Slice(span(value, last), value, start, stop, rest[1] if rest else None)

    def attribute(self, parts: Parts) -> Attribute:
        value, _, name = parts
        return Attribute(span(value, name), value, str(name))

    def arguments(self, parts: Parts) -> tuple[Expression, ...]:
        return _nodes(parts)

    def name(self, parts: Parts) -> Name:
        return Name(span(parts[0]), str(parts[0]))

    def submodule(self, parts: Parts) -> Name:
        word, name = parts
        return Name(span(word, name), str(name), neural=True)

    def integer(self, parts: Parts) -> Literal:
        text = str(parts[0])
        try:
            return Literal(span(parts[0]), int(text, 0), text)
        except ValueError:
            if len(text) > 1000:  # int() itself refuses more than 4,300 digits
                raise wrong(parts[0], "integers have 64 bits: this one is too large") from None
            hint = "write it without the leading 0" if text[0] == "0" else ""
            raise wrong(parts[0], f"'{text}' is not a number", hint=hint) from None

    def float_number(self, parts: Parts) -> Literal:
        text = str(parts[0])
        try:
            return Literal(span(parts[0]), float(text), text)
        except ValueError:
            raise wrong(parts[0], f"'{text}' is not a number") from None

    def string(self, parts: Parts) -> Literal:
        return Literal(span(parts[0]), string_value(parts[0]), str(parts[0]))

    def boolean(self, parts: Parts) -> Literal:
        return Literal(span(parts[0]), parts[0] == "True", str(parts[0]))

    def parenthesised(self, parts: Parts) -> Expression:
        # the parentheses belong to the node's place: `format` finds its comments by that
        return replace(parts[1], place=span(parts[0], parts[2]))

    def tuple_literal(self, parts: Parts) -> TupleLiteral:
        return TupleLiteral(span(parts[0], parts[-1]), _nodes(parts))

    def list_literal(self, parts: Parts) -> ListLiteral:
        return ListLiteral(span(parts[0], parts[-1]), parts[1] or ())

    def list_comprehension(self, parts: Parts) -> ListComprehension:
        return ListComprehension(span(parts[0], parts[-1]), parts[1], tuple(parts[2:-1]))

    def dict_literal(self, parts: Parts) -> DictLiteral:
        pairs = tuple(part for part in parts if isinstance(part, tuple))
        return DictLiteral(span(parts[0], parts[-1]), pairs)

    def dict_comprehension(self, parts: Parts) -> DictComprehension:
        first, (key, value), *clauses, last = parts
        return DictComprehension(span(first, last), key, value, tuple(clauses))

    def pair(self, parts: Parts) -> tuple[Expression, Expression]:
        return parts[0], parts[2]

    def clause(self, parts: Parts) -> ComprehensionFor:
        first, target, _, source, *rest = parts
        return ComprehensionFor(span(first, parts[-1]), target, source, _nodes(rest))

    # -------------------------------------------------------------------------- holes

    def hole(self, parts: Parts) -> HoleExpression:
        token, type_, allowed, args = parts
        last = args or allowed or type_ or (token, None)
        return HoleExpression(
            span(token, last[0]),
            str(token)[2:] or "expression",
            type_ and type_[1],
            allowed and allowed[1],
            args and args[1],
        )

    # A part of a hole: its last token, for the place, and what it holds.

    def hole_type(self, parts: Parts) -> tuple[Token, TypeExpression]:
        return parts[-1], parts[1]

    def hole_primitives(self, parts: Parts) -> tuple[Token, tuple[Name, ...]]:
        return parts[-1], _nodes(parts)

    def hole_arguments(self, parts: Parts) -> tuple[Token, tuple[Expression, ...]]:
        return parts[-1], parts[1] or ()

    def primitive_name(self, parts: Parts) -> Name:
        text = "".join(parts)
        if parts[0].type == "NAME":
            return Name(span(parts[0], parts[-1]), text)
        form = ops.BINARY[text].form if text in ops.BINARY else ops.UNARY[text].form
        return Name(span(parts[0]), form)

    # -------------------------------------------------------------------------- types

    def type(self, parts: Parts) -> TypeExpression:
        text = " ".join(parts)
        try:
            return TypeExpression(span(parts[0], parts[-1]), parse_type(text))
        except PackError as error:
            why = str(error).partition("': ")[2]
            raise wrong(parts[0], f"this is not a type: {why}") from None


# `elif` is a word of Python: the rule's method is found by this name.
setattr(TreeBuilder, "elif", TreeBuilder.elif_)


def _last(parts: Parts) -> Node:
    return _nodes(parts)[-1]


def _target(node: Expression) -> Target:
    """The node as what can be assigned to."""
    if isinstance(node, TupleLiteral) and node.items:
        for item in node.items:
            if isinstance(item, TupleLiteral):
                raise wrong(
                    item,
                    "a tuple inside a tuple cannot be taken apart at once",
                    hint="give it a name, and take it apart on the next line",
                )
            _target(item)
        return node
    if isinstance(node, Name) and not node.neural:
        return node
    if isinstance(node, Index):
        value = node.value
        while isinstance(value, Index):
            value = value.value
        if isinstance(value, Name) and not value.neural:
            return node
        raise wrong(node, "an item is assigned to a variable's value only: xs[i] = v")
    hint = "assign to a name, to an item xs[i], or to several names a, b"
    if isinstance(node, Slice):
        hint = "build the list anew: xs = xs[:i] + ys + xs[j:]"
    elif isinstance(node, Compare):
        hint = "'==' compares; '=' assigns"
    raise wrong(node, f"{_KIND_IN_WORDS.get(type(node).__name__, 'this')} is no target", hint=hint)


_KIND_IN_WORDS = {
    "Name": "a neural submodule",
    "Attribute": "an attribute",
    "CallExpression": "a call",
    "Compare": "a comparison",
    "Literal": "a literal",
    "ListLiteral": "a list",
    "Slice": "a slice",
    "Conditional": "a conditional expression",
    "Binary": "an operation",
    "TupleLiteral": "an empty tuple",
}
