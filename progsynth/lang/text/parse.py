"""Text to surface tree: the grammar `dsl/psl.lark`, read with Lark's LALR parser.

The lexer never fails: what the language lacks becomes tokens that no rule takes, so that every
mistake is met by the parser, in its place, and `syntax_errors` can explain it. A text is parsed
one top-level definition at a time; so several mistakes are told at once. Nothing recurses:
expressions nested 10,000 deep parse.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from progsynth.errors import Problem, ProgramError, ProgsynthError
from progsynth.lang.text.build_tree import TreeBuilder
from progsynth.lang.text.layout import lay_out, split_comments
from progsynth.lang.text.surface import Expression, Module, Place
from progsynth.lang.text.syntax_errors import explain
from progsynth.lang.text.wrong_syntax import WrongSyntax

GRAMMAR_PACKAGE, GRAMMAR_FILE = "progsynth.dsl", "psl.lark"


def parse(text: str, filename: str = "<text>") -> Module:
    """The surface tree of a whole text. Raises ProgramError with the problems found.

    >>> module = parse("def double(x: int) -> int: return 2 * x")
    >>> module.items[0].name
    'double'
    """
    source = _plain(text)
    tokens, comments = split_comments(_tokens(source))
    items, problems = [], []
    for piece in lay_out(tokens, source):
        try:
            items.append(_read(piece, "item"))
        except WrongSyntax as error:
            problems.append(error.problem)
    if not items and not problems:
        hint = "a program is at least: def f(x: int) -> int: return x"
        problems.append(Problem("the text is empty: expected a function", 1, 1, hint=hint))
    if problems:
        raise ProgramError(problems, source, filename)
    place = Place(1, 1, items[-1].place.end_line, items[-1].place.end_column)
    return Module(place, tuple(items), source, filename, comments)


def parse_expression(text: str, filename: str = "<text>") -> Expression:
    """The surface tree of a text that is one expression. Raises ProgramError."""
    source = _plain(text)
    tokens, _ = split_comments(_tokens(source))
    try:
        return _read(tokens, "sole_expression")
    except WrongSyntax as error:
        raise ProgramError([error.problem], source, filename) from None


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


class _KeptTerminals:
    """Tells Lark to keep the terminals that no rule uses: comments and what is not allowed."""

    always_accept = (
        "COMMENT",
        "FOREIGN_WORD",
        "FOREIGN_STRING",
        "FOREIGN_SYMBOL",
        "OPEN_STRING",
        "STRAY",
    )

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """The parser, built once (a tenth of a second). It keeps no state between texts."""
    return Lark(
        _grammar(),
        parser="lalr",
        lexer="basic",
        start=["item", "sole_expression"],
        postlex=_KeptTerminals(),
        transformer=TreeBuilder(),
        keep_all_tokens=True,
        maybe_placeholders=True,
    )


def _grammar() -> str:
    try:
        return (resources.files(GRAMMAR_PACKAGE) / GRAMMAR_FILE).read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        raise ProgsynthError(
            f"the grammar {GRAMMAR_PACKAGE}/{GRAMMAR_FILE} is not installed: "
            "run `pip install -e .` in the folder that holds pyproject.toml"
        ) from None


def _tokens(source: str) -> list[Token]:
    reader = _parser().parse_interactive(source, start="item")
    return list(reader.lexer_thread.lex(reader.parser_state))  # type: ignore[no-untyped-call]


def _read(tokens: list[Token], start: str) -> Any:
    """The tree of tokens by the rule `start`. Raises WrongSyntax."""
    reader = _parser().parse_interactive(start=start)
    ending = Token.new_borrow_pos("$END", "", tokens[-1]) if tokens else Token("$END", "", 0, 1, 1)
    place = 0
    try:
        for token in tokens:
            reader.feed_token(token)
            place += 1
        return reader.feed_token(ending)
    except UnexpectedToken:
        accepted = reader.accepts()  # type: ignore[no-untyped-call]
        raise WrongSyntax(explain([*tokens, ending], place, accepted)) from None
