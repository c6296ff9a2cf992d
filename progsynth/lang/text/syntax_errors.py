"""What to tell the writer of a text that does not parse.

The parser says at which token it could not go on, and what it would have accepted there. Here
that becomes a message in the reader's words: the likely mistake if it is a known one, else what
was expected and what was found.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from lark import Token

from progsynth.errors import Problem
from progsynth.lang.text.layout import BAD_DEDENT, CLOSING, MARGIN_INDENT, OPENING, TAB


def explain(tokens: Sequence[Token], place: int, accepted: set[str]) -> Problem:
    """The problem at `tokens[place]`, where one of the terminals `accepted` should stand."""
    brackets = _open_brackets(tokens[:place])
    found = _Found(tokens, place, accepted, brackets)
    for rule in (_stray, _unclosed, _unopened, _layout, _top_level, _habit):
        problem = rule(found)
        if problem is not None:
            return problem
    return _at(
        found.token,
        "this does not fit here",
        expected=_in_words(accepted),
        found=_describe(found.token),
    )


class _Found:
    """Where the parser stopped."""

    def __init__(
        self, tokens: Sequence[Token], place: int, accepted: set[str], brackets: list[Token]
    ):
        self.tokens = tokens
        self.place = place
        self.accepted = accepted
        self.brackets = brackets
        self.token = tokens[place]

    def before(self, steps: int = 1) -> Token | None:
        """The token that stands so many places before; None at the start."""
        return self.tokens[self.place - steps] if self.place >= steps else None

    def after(self) -> Token | None:
        """The next token."""
        return self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else None

    @property
    def line_start(self) -> Token:
        """The first token of the statement that the parser was reading."""
        place = self.place
        while place > 0 and self.tokens[place - 1].type not in _LINE_BREAKS:
            place -= 1
        return self.tokens[place]

    @property
    def bracket_owner(self) -> Token | None:
        """The token before the innermost open bracket: what is called, for example."""
        if not self.brackets:
            return None
        place = next(i for i, t in enumerate(self.tokens) if t is self.brackets[-1])
        return self.tokens[place - 1] if place else None

    @property
    def in_parameters(self) -> bool:
        """Does it stand among the parameters of a `def` or `neural`?"""
        start = self.line_start
        return start.type in ("DEF", "NEURAL") and len(self.brackets) == 1

    @property
    def in_call(self) -> bool:
        """Does it stand among the arguments of a call?"""
        owner = self.bracket_owner
        calls = owner is not None and owner.type in ("NAME", "RPAR", "RSQB")
        return calls and self.brackets[-1].type == "LPAR" and not self.in_parameters


_LINE_BREAKS = ("NEWLINE", "INDENT", "DEDENT", MARGIN_INDENT, BAD_DEDENT, TAB)


def _open_brackets(tokens: Sequence[Token]) -> list[Token]:
    stack: list[Token] = []
    for token in tokens:
        if token.type in OPENING:
            stack.append(token)
        elif token.type in CLOSING and stack:
            stack.pop()
    return stack


def _at(
    token: Token, message: str, *, expected: str = "", found: str = "", hint: str = ""
) -> Problem:
    width = len(token) if token.line == token.end_line else 1
    line, column = token.line or 0, token.column or 0
    return Problem(message, line, column, max(1, width), expected, found, hint)


# ----------------------------------------------------- characters and words of elsewhere


def _stray(found: _Found) -> Problem | None:
    token = found.token
    if token.type == "FOREIGN_WORD":
        return _at(token, f"'{token}' is not part of the language", hint=_WORDS[str(token)])
    if token.type == "FOREIGN_SYMBOL":
        return _at(token, f"'{token}' is not part of the language", hint=_SYMBOLS[str(token)])
    if token.type == "FOREIGN_STRING":
        return _at(
            token,
            f"strings have no prefix: found '{token}'",
            hint="join texts with +, and write numbers by str(x): 'n = ' + str(n)"
            if "f" in token.lower()
            else "write the string without it; double each backslash",
        )
    if token.type == "OPEN_STRING":
        quote = token[:3] if token[:3] in ('"""', "'''") else token[0]
        problem = _at(token, f"the string is never closed: expected {quote} at its end")
        return Problem(problem.message, problem.line, problem.column, len(quote))
    if token.type == "STRAY":
        return _stray_character(token)
    return None


_WORDS = {
    "class": "write functions over lists, tuples and dicts",
    "import": "all that the language pack holds is there already; `progsynth packs` lists it",
    "from": "all that the language pack holds is there already; `progsynth packs` lists it",
    "try": "test before you act: if k in d: ..., if len(xs) > 0: ...",
    "except": "test before you act: if k in d: ..., if len(xs) > 0: ...",
    "finally": "test before you act: if k in d: ..., if len(xs) > 0: ...",
    "with": "programs read and write no files; pass the value as an argument",
    "as": "give the value a name by =",
    "global": "pass the value as a parameter, and return what changed",
    "nonlocal": "pass the value as a parameter, and return what changed",
    "yield": "collect the items in a list, and return it",
    "async": "programs run one step after another: write def",
    "await": "programs run one step after another: write the call alone",
    "del": "build what remains: delete(d, k) for a dict, xs[:i] + xs[i + 1:] for a list",
    "assert": "return a value that says what went wrong",
    "raise": "return a value that says what went wrong",
    "is": "compare values with ==",
    "None": "return a value that stands for nothing: -1, an empty list, or a tuple (found, value)",
}

_SYMBOLS = {
    "&&": "write and",
    "||": "write or",
    "!": "write not",
    "===": "write ==",
    "!==": "write !=",
    "<>": "write !=",
    "=>": "a function is written lambda x: x + 1, and 'not less' is >=",
    ":=": "assign on a line of its own, before",
    ";": "write each statement on a line of its own",
    "@": "there are no decorators and no matrix operator: call the function by its name",
    "$": "names are made of letters, digits and _",
    "`": "strings stand in ' or \"",
}

_QUOTES = "‘’‚‛“”„‟«»‹›`´"  # typographic quotation marks


def _stray_character(token: Token) -> Problem:
    character = str(token)
    name = unicodedata.name(character, f"character {ord(character)}").lower()
    shown = f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
    if character in _QUOTES:
        hint = "write the plain quotes ' or \""
    elif character == "?":
        hint = "a hole is written ??; a conditional expression is: a if cond else b"
    elif character == "\\":
        hint = "a backslash joins lines only as the last character of a line"
    elif character.isspace() or not character.isprintable():
        hint = "delete it, or write an ordinary space"
    elif character.isalpha():
        hint = "names are made of the letters a to z, A to Z, digits and _"
    elif unicodedata.category(character) in ("Pd", "Sm"):
        hint = "write the operator in plain characters: - * / < <= != and so on"
    else:
        hint = "it may stand in strings and comments only"
    return _at(token, f"the character {shown} ({name}) means nothing here", hint=hint)


# ----------------------------------------------------------------------------- brackets


def _unclosed(found: _Found) -> Problem | None:
    if not found.brackets:
        return None
    token, before = found.token, found.before()
    assert before is not None
    new_line = (token.line or 0) > (before.end_line or 0)
    following = found.after()
    statement = token.type in _STATEMENT_WORDS or (
        token.type == "NAME" and following is not None and following.type in ("EQUAL", "AUGMENTED")
    )
    outside = (token.column or 0) <= (found.line_start.column or 0) and token.type not in CLOSING
    if token.type in ("NEWLINE", "$END") or (new_line and (statement or outside)):
        opening = found.brackets[-1]
        close = next(c for c, o in _SIGNS_OF_CLOSING.items() if o == OPENING[opening.type])
        return _at(opening, f"'{opening}' is never closed: expected '{close}'")
    return None


_STATEMENT_WORDS = {"DEF", "RETURN", "WHILE", "BREAK", "CONTINUE", "PASS", "ELIF"}
_SIGNS_OF_CLOSING = {")": "(", "]": "[", "}": "{"}


def _unopened(found: _Found) -> Problem | None:
    token = found.token
    if token.type not in CLOSING:
        return None
    if not found.brackets:
        return _at(token, f"'{token}' closes no bracket", hint="delete it, or open one before")
    opening = found.brackets[-1]
    if CLOSING[token.type] != opening.type:
        return _at(
            token,
            f"'{token}' does not close '{opening}' of line {opening.line}, column {opening.column}",
        )
    return None


# ------------------------------------------------------------------------------- layout


def _layout(found: _Found) -> Problem | None:
    token, before, accepted = found.token, found.before(), found.accepted
    if token.type == TAB:
        return _at(token, "a tab in the indentation", hint="indent with spaces, 4 for each block")
    if token.type == BAD_DEDENT:
        return _at(
            token,
            "this line's indentation matches no block before it",
            hint="indent it as the block that it belongs to",
        )
    if token.type in ("INDENT", MARGIN_INDENT):
        return _at(
            token,
            "this line is indented, but belongs to no block",
            hint="begin it where the line before begins; a block opens by ':'",
        )
    if "INDENT" in accepted:
        head = f" after '{_block_head(found)}'"
        return _at(
            token,
            f"expected an indented block{head}",
            hint="indent the lines of the block by 4 spaces; a block of nothing is: pass",
        )
    if "COLON" in accepted and not found.brackets and found.line_start.type in _HEADS:
        ended = token.type == "NEWLINE" or token.type in _STATEMENT_WORDS
        if ended and before is not None:
            head = str(found.line_start)
            return Problem(
                f"a ':' is missing after '{head} ...'",
                before.end_line or 0,
                before.end_column or 0,
                hint=f"write ':' at the end of the line that starts with '{head}'",
            )
    return None


_HEADS = {"IF", "ELIF", "ELSE", "WHILE", "FOR", "DEF"}


def _block_head(found: _Found) -> str:
    """The word that opened the block whose lines are missing."""
    place = found.place - 1
    while place > 0 and found.tokens[place - 1].type not in _LINE_BREAKS:
        place -= 1
    return str(found.tokens[place])


def _top_level(found: _Found) -> Problem | None:
    token = found.token
    if "DEF" not in found.accepted or "IF" in found.accepted or found.place > 0:
        return None
    following = found.after()
    if token in _FUNCTIONS and following is not None and following.type == "NAME":
        return _at(
            token,
            "a function starts with 'def'",
            found=_describe(token),
            hint=f"write def {following}(x: int) -> int:",
        )
    hints = {
        "ELSE": "indent it as the 'if' that it belongs to",
        "ELIF": "indent it as the 'if' that it belongs to",
        "RETURN": "indent it, so that it belongs to the function above",
    }
    return _at(
        token,
        "outside functions stand only 'def' and 'neural'",
        found=_describe(token),
        hint=hints.get(token.type, "put it into a function: def main(x: int) -> int:"),
    )


# -------------------------------------------------------------- habits of other languages


def _habit(found: _Found) -> Problem | None:
    """What the token most likely was meant to be."""
    for message, hint, holds in _habits(found):
        if holds:
            return _at(
                found.token,
                message or "this does not fit here",
                expected="" if message else _in_words(found.accepted),
                found="" if message else _describe(found.token),
                hint=hint,
            )
    return None


def _habits(found: _Found) -> list[tuple[str, str, bool]]:
    """Pairs of message and hint, each with whether it applies; the first that does is told."""
    token, kind, accepted = found.token, found.token.type, found.accepted
    before = found.before()
    last = before.type if before is not None else ""
    start = found.line_start
    bracket = found.brackets[-1].type if found.brackets else ""
    statement = [t.type for t in found.tokens[found.tokens.index(start) : found.place]]
    operand = {"NAME", "INT", "LPAR"} <= accepted
    simple_start = start is before and last == "NAME"
    return [
        (
            "parameters have no default values",
            "give the parameter a type, and pass the value at each call",
            kind == "EQUAL" and found.in_parameters,
        ),
        (
            "arguments are given by position only",
            "write the values in the order of the parameters, without names",
            kind == "EQUAL" and found.in_call,
        ),
        (
            "after 'neural' stands the name of a submodule",
            "write map(neural digit, xs); no variable can be called neural",
            last == "NEURAL" and (start is not before or (start.column or 0) > 1),
        ),
        (
            "'=' assigns; it does not compare",
            "write == to compare",
            kind == "EQUAL" and (bool(found.brackets) or start.type in _HEADS | {"RETURN"}),
        ),
        (
            "one '=' on a line",
            "assign to each variable on a line of its own",
            kind == "EQUAL" and "EQUAL" in statement,
        ),
        (
            "there are no '*' parameters or arguments",
            "name each parameter, or pass a list",
            str(token) in ("*", "**") and operand and (found.in_parameters or found.in_call),
        ),
        (
            "there are no '*' parameters or arguments",
            "name each parameter, or pass a list",
            str(token) in ("*", "**") and found.in_parameters,
        ),
        (
            f"there is no '{token}{token}'",
            f"write {token}= 1 instead",
            str(token) in "+-" and last in ("BINARY", "MINUS") and str(before) == str(token),
        ),
        (
            "",
            f"write x += 1 instead of x{before}{before}",
            kind == "NEWLINE" and str(before) in ("+", "-") and found.before(2) == before,
        ),
        ("there is no '+' before a number", "leave it out", str(token) == "+" and operand),
        (
            "there are no set literals",
            "write a list [a, b], or a dict {a: True, b: True}",
            bracket == "LBRACE" and kind in ("COMMA", "RBRACE", "FOR") and "COLON" in accepted,
        ),
        (
            "a comprehension stands in [ ] or { }",
            "write sum([x * x for x in xs])",
            kind == "FOR" and bracket == "LPAR",
        ),
        ("", "write elif", kind == "IF" and last == "ELSE"),
        ("", "write elif", kind == "NAME" and str(token) in ("elseif", "elsif")),
        ("", "write elif", simple_start and str(before) in ("elseif", "elsif")),
        (
            f"'{token}' has no 'if' above it at the same indentation",
            "a loop has no else: set a variable in the loop, and test it after",
            kind in ("ELSE", "ELIF"),
        ),
        (
            "a conditional expression needs its 'else'",
            "write a if cond else b",
            "ELSE" in accepted and kind in ("NEWLINE", "COMMA", *CLOSING) and "IF" not in accepted,
        ),
        (
            "'return' needs a value",
            "every way through a function ends by returning one: return x",
            kind == "NEWLINE" and last == "RETURN",
        ),
        (
            "a variable starts with a value",
            "write xs: list[int] = []",
            kind == "NEWLINE" and "EQUAL" in accepted and "BINARY" not in accepted,
        ),
        ("", f"write {token} = ...", simple_start and kind == "NAME" and str(before) in _LETS),
        (
            "",
            "write def name(x: int) -> int:",
            simple_start and kind == "NAME" and str(before) in _FUNCTIONS,
        ),
        (
            "",
            "write if x == 1: ... elif x == 2: ... else: ...",
            simple_start and str(before) in ("match", "switch", "case"),
        ),
        (
            "",
            "a call needs parentheses: f(x)",
            kind in _VALUES and last == "NAME" and "BINARY" in accepted,
        ),
        ("", "join strings with +", kind == "STRING" and last == "STRING"),
        (
            "",
            "write the type's arguments in square brackets: list[int]",
            "BINARY" not in accepted and str(token) == "<",
        ),
        ("", "write list[int]", kind == "LSQB" and _wants_type(accepted)),
        ("", "there are no union types: choose one", str(token) == "|"),
        (
            "",
            "use the names of the language; this word is one of its own",
            kind.lower() == str(token) and accepted == {"NAME"},
        ),
        (
            "",
            "lambda x, y: x + y has no parentheses around its parameters",
            last == "LAMBDA" and kind == "LPAR",
        ),
        (
            "",
            "in assignments a name has a type: x: int = 1",
            kind == "COLON" and last == "NAME" and bracket == "LPAR" and not found.in_parameters,
        ),
    ]


_LETS = {"let", "var", "const", "val", "int", "float", "auto", "mut", "local", "my"}
_FUNCTIONS = {"function", "fn", "func", "fun", "define", "defun", "void", "static", "public"}
_VALUES = {"NAME", "INT", "FLOAT", "STRING", "TRUE", "FALSE"}


def _wants_type(accepted: set[str]) -> bool:
    return {"NAME", "LPAR"} <= accepted and not {"INT", "STRING"} & accepted


# --------------------------------------------------------------------- words for terminals


def _describe(token: Token) -> str:
    """What the token is, for a reader."""
    shown = str(token) if len(token) <= 40 else str(token)[:37] + "..."
    if token.type in _FOUND:
        return _FOUND[token.type]
    if token.type == "NAME":
        return f"the name '{shown}'"
    if token.type in ("INT", "FLOAT"):
        return f"the number {shown}"
    if token.type == "STRING":
        return f"the string {shown.splitlines()[0]}"
    return f"'{shown}'"


_FOUND = {
    "NEWLINE": "the end of the line",
    "INDENT": "an indented line",
    "DEDENT": "the end of the block",
    "$END": "the end of the text",
}

_SIGNS = {
    "COLON": "':'",
    "COMMA": "','",
    "RPAR": "')'",
    "RSQB": "']'",
    "RBRACE": "'}'",
    "LPAR": "'('",
    "EQUAL": "'='",
    "ARROW": "'->'",
    "IN": "'in'",
    "ELSE": "'else'",
    "DEF": "'def'",
    "NEURAL": "'neural'",
    "NEWLINE": "the end of the line",
    "$END": "the end of the text",
}


def _in_words(accepted: set[str]) -> str:
    """What could have stood there, the likeliest first."""
    left = set(accepted)
    words = []
    if "RETURN" in left:
        words.append("a statement")
        left = set()
    elif {"NAME", "INT", "LPAR"} <= left:
        words.append("an expression")
        left -= {"LPAR", "NEWLINE", "NEURAL"}
    elif _wants_type(left):
        words.append("a type")
        left -= {"LPAR"}
    elif "NAME" in left:
        words.append("a name")
    if "BINARY" in left:
        words.append("an operator")
        left -= {"IN", "LPAR", "ELSE"} if "COLON" in left else {"IN", "LPAR"}
    words += [sign for terminal, sign in _SIGNS.items() if terminal in left]
    words = words or ["nothing more"]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
