"""A flat sequence of operands and operators as a tree, by the table of operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lark import Token

from progsynth.lang import operators as ops
from progsynth.lang.text.surface import Binary, Compare, Expression, Logical, Node, Unary
from progsynth.lang.text.wrong_syntax import span, wrong


def operation_tree(parts: Sequence[Any]) -> Expression:
    """The tree of operands (nodes) and operators (tokens) as they stand in the text."""
    return _Climb().run(parts)


# What joins into one node: a < b <= c, a and b and c.
_JOINED = (ops.COMPARISON, ops.AND, ops.OR)
_LOGICAL = {"and": ops.AND, "or": ops.OR}


class _Climb:
    """The tree of a flat sequence of operands and operators, by precedence (shunting-yard)."""

    def __init__(self) -> None:
        self.operands: list[Any] = []
        self.pending: list[tuple[int, Token, str]] = []  # precedence, token, symbol

    def run(self, parts: Sequence[Any]) -> Expression:
        wants_operand = True
        place = 0
        while place < len(parts):
            part = parts[place]
            place += 1
            if isinstance(part, Node):
                self.operands.append(part)
                wants_operand = False
            elif wants_operand:
                self.prefix(part)
            else:
                symbol = str(part)
                if symbol == "not":  # the grammar puts `in` behind it
                    symbol = "not in"
                    place += 1
                self.binary(part, symbol)
                wants_operand = True
        while self.pending:
            self.reduce()
        return self.operands[0]

    def prefix(self, token: Token) -> None:
        precedence = ops.UNARY[str(token)].precedence
        if token == "not" and self.pending and self.pending[-1][0] > precedence:
            raise wrong(token, "'not' binds less than what stands before it", hint="write (not x)")
        self.pending.append((precedence, token, str(token)))

    def binary(self, token: Token, symbol: str) -> None:
        precedence = _LOGICAL.get(symbol) or ops.BINARY[symbol].precedence
        joins = precedence in _JOINED
        right = not joins and ops.BINARY[symbol].right_associative
        while self.pending:
            top = self.pending[-1][0]
            if top < precedence or (top == precedence and (joins or right)):
                break
            self.reduce()
        self.pending.append((precedence, token, symbol))

    def reduce(self) -> None:
        precedence, token, symbol = self.pending.pop()
        if precedence in (ops.NOT, ops.NEGATION):
            operand = self.operands.pop()
            self.operands.append(Unary(span(token, operand), symbol, operand))
            return
        symbols = [symbol]
        while precedence in _JOINED and self.pending and self.pending[-1][0] == precedence:
            symbols.append(self.pending.pop()[2])
        operands = tuple(self.operands[-len(symbols) - 1 :])
        del self.operands[-len(symbols) - 1 :]
        place = span(operands[0], operands[-1])
        if precedence == ops.COMPARISON:
            self.operands.append(Compare(place, operands, tuple(reversed(symbols))))
        elif precedence in _JOINED:
            self.operands.append(Logical(place, symbol, operands))
        else:
            self.operands.append(Binary(place, symbol, *operands))
