"""Lines and indentation: where a text's tokens begin and end statements and blocks.

The grammar needs NEWLINE, INDENT and DEDENT tokens; they follow from the columns of the tokens
that the lexer finds. The tokens are handed out in pieces, one for each line that starts at the
left margin, so that a mistake in one function does not hide those in the next.
"""

from __future__ import annotations

from collections.abc import Iterable

from lark import Token

OPENING = {"LPAR": "(", "LSQB": "[", "LBRACE": "{"}
CLOSING = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE"}

# Tokens for what the grammar has no place for; `syntax_errors` explains them.
TAB, BAD_DEDENT, MARGIN_INDENT = "TAB", "BAD_DEDENT", "MARGIN_INDENT"


def split_comments(tokens: Iterable[Token]) -> tuple[list[Token], dict[int, str]]:
    """The tokens that are not comments, and the comments by line."""
    kept, comments = [], {}
    for token in tokens:
        if token.type == "COMMENT":
            comments[token.line or 0] = str(token).rstrip()
        else:
            kept.append(token)
    return kept, comments


def lay_out(tokens: list[Token], source: str) -> list[list[Token]]:
    """The tokens with NEWLINE, INDENT and DEDENT put between, in pieces of the top level."""
    lines = source.split("\n")
    pieces: list[list[Token]] = []
    open_brackets = 0
    levels = [1]  # the columns of the blocks that are open
    previous: Token | None = None
    for place, token in enumerate(tokens):
        starts_line = previous is None or (token.line or 0) > (previous.end_line or 0)
        if starts_line and previous is not None and _continued(lines, previous, token):
            starts_line = False
        if starts_line and token.column == 1 and _starts_item(tokens[place : place + 5]):
            open_brackets = 0  # no bracket reaches over the start of a function
        if starts_line and not open_brackets:
            if previous is not None:
                pieces[-1].append(_after(previous, "NEWLINE"))
            _start_line(token, lines, levels, pieces)
        pieces[-1].append(token)
        if token.type in OPENING:
            open_brackets += 1
        elif token.type in CLOSING:
            open_brackets = max(0, open_brackets - 1)
        previous = token
    if previous is not None:
        pieces[-1].append(_after(previous, "NEWLINE"))
        pieces[-1].extend(_after(previous, "DEDENT") for _ in levels[1:])
    return pieces


def _start_line(
    token: Token, lines: list[str], levels: list[int], pieces: list[list[Token]]
) -> None:
    """Add what stands before the first token of a logical line."""
    line, column = token.line or 0, token.column or 1
    if column == 1 or not pieces:
        if pieces:
            pieces[-1].extend(_at(token, "DEDENT") for _ in levels[1:])
        del levels[1:]
        pieces.append([])
        if column > 1:
            pieces[-1].append(_at(token, MARGIN_INDENT))
        return
    if "\t" in lines[line - 1][: column - 1]:
        pieces[-1].append(_at(token, TAB))
    elif column > levels[-1]:
        levels.append(column)
        pieces[-1].append(_at(token, "INDENT"))
    else:
        while column < levels[-1]:
            levels.pop()
            pieces[-1].append(_at(token, "DEDENT"))
        if column != levels[-1]:
            pieces[-1].append(_at(token, BAD_DEDENT))


def _starts_item(tokens: list[Token]) -> bool:
    """Do the tokens start a function or a declaration, whatever stands before?

    In brackets, `neural` may be the first word of an argument; only a declaration types what
    stands in the brackets after it.
    """
    declared = ["NEURAL", "NAME", "LPAR", "NAME", "COLON"]
    return tokens[0].type == "DEF" or [token.type for token in tokens] == declared


def _continued(lines: list[str], previous: Token, token: Token) -> bool:
    """Does a backslash at the line's end join the token's line to the one before?"""
    between = range((previous.end_line or 1) - 1, (token.line or 1) - 1)
    return all(lines[n].endswith("\\") and "#" not in lines[n] for n in between)


def _at(token: Token, kind: str) -> Token:
    return Token.new_borrow_pos(kind, "", token)


def _after(token: Token, kind: str) -> Token:
    end, column = token.end_line, token.end_column
    return Token(kind, "", line=end, column=column, end_line=end, end_column=column)
