"""Text to surface tree: what parses to what, and what is said where it does not."""

from __future__ import annotations

import importlib.resources
import logging
from typing import Any

import lark
import pytest

from progsynth.errors import ProgramError, ProgsynthError
from progsynth.lang.text import parse as parsing
from progsynth.lang.text import surface as s
from progsynth.lang.text.parse import parse, parse_expression
from progsynth.lang.walk import Walk, walk


def shown(node: Any) -> str:
    """An expression with all its structure in parentheses."""
    return walk(_shown(node))


def _shown(node: Any) -> Walk[str]:
    match node:
        case s.Literal(value=value):
            return repr(value)
        case s.Name(name=name):
            return name
        case s.Unary(symbol=symbol, operand=operand):
            return f"({symbol} {(yield _shown(operand))})"
        case s.Binary(symbol=symbol, left=left, right=right):
            return f"({(yield _shown(left))} {symbol} {(yield _shown(right))})"
        case s.Compare(operands=operands, symbols=symbols):
            text = yield _shown(operands[0])
            for symbol, operand in zip(symbols, operands[1:], strict=True):
                text += f" {symbol} {(yield _shown(operand))}"
            return f"<{text}>"
        case s.Logical(symbol=symbol, operands=operands):
            parts = []
            for operand in operands:
                parts.append((yield _shown(operand)))
            return "(" + f" {symbol} ".join(parts) + ")"
        case s.Conditional(cond=cond, then=then, orelse=orelse):
            parts = []
            for part in (cond, then, orelse):
                parts.append((yield _shown(part)))
            return "({} ? {} : {})".format(*parts)
        case s.LambdaExpression(params=params, body=body):
            return f"(\\{','.join(p.name for p in params)}. {(yield _shown(body))})"
        case s.CallExpression(function=function, args=args):
            parts = []
            for part in (function, *args):
                parts.append((yield _shown(part)))
            return f"call({', '.join(parts)})"
        case s.Attribute(value=value, name=name):
            return f"{(yield _shown(value))}.{name}"
        case s.Index(value=value, index=index):
            return f"{(yield _shown(value))}[{(yield _shown(index))}]"
        case s.Slice(value=value, start=start, stop=stop, step=step):
            parts = []
            for part in (start, stop, step):
                parts.append("_" if part is None else (yield _shown(part)))
            return f"{(yield _shown(value))}[{':'.join(parts)}]"
        case s.ListLiteral(items=items) | s.TupleLiteral(items=items):
            parts = []
            for part in items:
                parts.append((yield _shown(part)))
            return f"{type(node).__name__[:5].lower()}({', '.join(parts)})"
        case s.DictLiteral(items=pairs):
            parts = []
            for key, value in pairs:
                parts.append(f"{(yield _shown(key))}: {(yield _shown(value))}")
            return "{" + ", ".join(parts) + "}"
        case s.ListComprehension(value=value, clauses=clauses):
            text = yield _shown(value)
            for clause in clauses:
                text += f" for {(yield _shown(clause.target))} in {(yield _shown(clause.source))}"
                for condition in clause.conditions:
                    text += f" if {(yield _shown(condition))}"
            return f"[{text}]"
        case s.HoleExpression(kind=kind, type=type_, allowed=allowed, args=args):
            names = None if allowed is None else [n.name for n in allowed]
            return f"hole({kind}, {type_ and str(type_.type)}, {names}, {args and len(args)})"
    raise AssertionError(type(node).__name__)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("2 ** 3 ** 4", "(2 ** (3 ** 4))"),
        ("-2 ** 2", "(- (2 ** 2))"),
        ("2 ** -x ** 2", "(2 ** (- (x ** 2)))"),
        ("a * -b + c", "((a * (- b)) + c)"),
        ("1 | 2 ^ 3 & 4 << 1 + 1", "(1 | (2 ^ (3 & (4 << (1 + 1)))))"),
        ("a < b <= c == d", "<a < b <= c == d>"),
        ("(a < b) < c", "<<a < b> < c>"),
        ("not a == b and c or d", "(((not <a == b>) and c) or d)"),
        ("a and b and c", "(a and b and c)"),
        ("(a and b) and c", "((a and b) and c)"),
        ("x not in xs", "<x not in xs>"),
        ("not x in xs", "(not <x in xs>)"),
        ("a if b else c if d else e", "(b ? a : (d ? c : e))"),
        ("lambda x, y: x + y", "(\\x,y. (x + y))"),
        ("lambda: 1", "(\\. 1)"),
        ("f(g, x)(y)[1]", "call(call(f, g, x), y)[1]"),
        ("xs[1:]", "xs[1:_:_]"),
        ("xs[:n:2]", "xs[_:n:2]"),
        ("xs[::-1]", "xs[_:_:(- 1)]"),
        ("[1, 2,]", "listl(1, 2)"),
        ("(1,)", "tuple(1)"),
        ("()", "tuple()"),
        ("(1, 2)", "tuple(1, 2)"),
        ("{1: 2, 'a': [],}", "{1: 2, 'a': listl()}"),
        ("[x for x in xs if a if b for y in x]", "[x for x in xs if a if b for y in x]"),
        ("[a + b for a, b in xs]", "[(a + b) for tuple(a, b) in xs]"),
        ("xs.append(1)", "call(xs.append, 1)"),
        ("1_000 + 0x1F + .5 + 1e-3 + 2.", "((((1000 + 31) + 0.5) + 0.001) + 2.0)"),
        ('\'a\\n\\x41\\u00e9\\\'\' + """b\n"c\\""""', '("a\\nAé\'" + \'b\\n"c"\')'),
        ("??", "hole(expression, None, None, None)"),
        ("??param + ??neural(x)", "(hole(param, None, None, None) + hole(neural, None, None, 1))"),
        (
            "??[list[int]]{map, len.list, +, -}(x, y)",
            "hole(expression, list[int], ['map', 'len.list', '_ + _', '_ - _'], 2)",
        ),
        ("True and False", "(True and False)"),
        ("f(  # why\n  1,\n  2  # two\n)", "call(f, 1, 2)"),
    ],
)
def test_expressions(text: str, tree: str) -> None:
    assert shown(parse_expression(text)) == tree


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1 + (" * 10_000 + "1" + ")" * 10_000, s.Binary),
        ("-(" * 10_000 + "1" + ")" * 10_000, s.Unary),
        ("f(" * 10_000 + "1" + ")" * 10_000, s.CallExpression),
        ("[" * 10_000 + "]" * 10_000, s.ListLiteral),
        ("x if c else " * 10_000 + "1", s.Conditional),
        ("1" + " + 1" * 10_000, s.Binary),
        ("not " * 10_000 + "x", s.Unary),
    ],
    ids=lambda value: value[:8] if isinstance(value, str) else value.__name__,
)
def test_expressions_nested_ten_thousand_deep_parse(text: str, kind: type[s.Node]) -> None:
    assert isinstance(parse_expression(text), kind)


PROGRAM = '''\
# A program.
neural digit(image: tensor[1, 8, 8]) -> choice[10]

def f(xs: list[int], g: (int, int) -> bool, d) -> tuple[int, str]:
    """What it is.

        More.
    End.
    """
    ys: list[int] = []  # none yet
    a, xs[0] = 1, 2
    d["k"][1] = 3
    a //= 2
    for i, x in enumerate(xs):
        if x: break
        elif not x:
            continue
        else: pass
    while True:
        def inner(y: a): return y
        return 1, "a"
'''


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    # Lark resolves one silently, and tells of it only here.
    with caplog.at_level(logging.DEBUG, logger=lark.logger.name):
        lark.Lark(
            parsing._grammar(),
            parser="lalr",
            lexer="basic",
            start=["item", "sole_expression"],
            keep_all_tokens=True,
            maybe_placeholders=True,
            debug=True,
        )
    assert [r.getMessage() for r in caplog.records if "conflict" in r.getMessage().lower()] == []


def test_a_submodule_is_a_name_that_says_so() -> None:
    node = parse_expression("??(map(neural digit, xs))")
    assert isinstance(node, s.HoleExpression) and node.args is not None
    assert isinstance(node.args[0], s.CallExpression)
    first, second = node.args[0].args
    assert isinstance(first, s.Name) and isinstance(second, s.Name)
    assert (first.name, first.neural, second.neural) == ("digit", True, False)
    assert (first.place.column, first.place.end_column) == (8, 20)


def test_statements() -> None:
    module = parse(PROGRAM)
    neural, definition = module.items
    assert isinstance(neural, s.NeuralDeclaration)
    assert isinstance(definition, s.Definition)
    assert str(neural.result.type) == "choice[10]"
    assert [str(p.type and p.type.type) for p in definition.params] == [
        "list[int]",
        "(int, int) -> bool",
        "None",
    ]
    assert definition.doc == "What it is.\n\n    More.\nEnd."
    kinds = [type(n).__name__ for n in definition.body]
    assert kinds == [
        *["Assign"] * 3,
        "AugmentedAssign",
        "ForStatement",
        "WhileStatement",
    ]
    loop = definition.body[4]
    assert isinstance(loop, s.ForStatement)
    (choice,) = loop.body
    assert isinstance(choice, s.IfStatement)
    assert [[type(n).__name__ for n in body] for _, body in choice.branches] == [
        ["Break"],
        ["Continue"],
    ]
    assert [type(n).__name__ for n in choice.orelse] == ["Pass"]
    assert module.comments == {1: "# A program.", 10: "# none yet"}


def test_places_are_those_of_the_text() -> None:
    module = parse("def f(x):\n    return g(x) + (y\n      * 2)\n")
    (definition,) = module.items
    assert isinstance(definition, s.Definition)
    (returned,) = definition.body
    assert isinstance(returned, s.Return)
    value = returned.value
    assert isinstance(value, s.Binary)
    assert returned.place == s.Place(2, 5, 3, 11)
    assert value.left.place == s.Place(2, 12, 2, 16)
    assert value.right.place == s.Place(2, 19, 3, 11)  # with its parentheses


# ------------------------------------------------------------------------------- mistakes

# Each: a text, where its mistake is, and what is said of it (the message, then the hint).
MISTAKES = [
    ("", 1, 1, "the text is empty: expected a function", "def f(x: int)"),
    ("x = 3", 1, 1, "outside functions stand only 'def' and 'neural'", "put it into a function"),
    ("function f(x):\n  return 1", 1, 1, "a function starts with 'def'", "write def f("),
    ("def f(x)\n    return x", 1, 9, "a ':' is missing after 'def ...'", "write ':'"),
    ("def f(x):\nreturn x", 1, 10, "expected an indented block after 'def'", "4 spaces"),
    ("def f(x):\n    y = (1 + 2\n    return y", 2, 9, "'(' is never closed: expected ')'", ""),
    ("def f(x):\n    return [1, (2]", 2, 18, "']' does not close '(' of line 2, column 16", ""),
    ("def f(x):\n    return x)", 2, 13, "')' closes no bracket", "delete it"),
    ("def f(x):\n\treturn x", 2, 2, "a tab in the indentation", "indent with spaces"),
    ("def f(x):\n    if x:\n        y = 1\n      z = 2", 4, 7, "matches no block", "indent it"),
    ("def f(x):\n    y = 1\n        return y", 3, 9, "belongs to no block", "a block opens by"),
    ('def f(x):\n    return "abc', 2, 12, 'the string is never closed: expected "', ""),
    ('def f(x):\n    """abc\n    return 1', 2, 5, "the string is never closed", ""),
    (
        "def f(x):\n    return ‘a’",
        2,
        12,
        "(left single quotation mark) means nothing",
        "plain quotes",
    ),
    ("def f(x):\n    return x ? 1 : 2", 2, 14, "the character '?'", "a if cond else b"),
    ("def f(é):\n    return 1", 1, 7, "the character 'é'", "the letters a to z"),
    ("def f(x):\n    return 2 – x", 2, 14, "(en dash)", "plain characters"),
    ("def f(x):\n    return x\u00a0+ 1", 2, 13, "(no-break space)", "ordinary space"),
    ("import math\ndef f(x): return 1", 1, 1, "'import' is not part", "language pack holds"),
    ("class A: pass", 1, 1, "'class' is not part", "write functions"),
    ("def f(x):\n    try: return 1", 2, 5, "'try' is not part", "test before you act"),
    ("def f(x):\n    return None", 2, 12, "'None' is not part", "return a value"),
    ("def f(x):\n    return x is y", 2, 14, "'is' is not part", "write =="[6:]),
    ("def f(x):\n    del x[0]\n    return x", 2, 5, "'del' is not part", "build what remains"),
    ("def f(x):\n    return f'a{x}'", 2, 12, "strings have no prefix", "join texts with +"),
    ("def f(x):\n    if (y := x): return 1", 2, 11, "':=' is not part", "on a line of its own"),
    ("@cache\ndef f(x): return 1", 1, 1, "'@' is not part", "no decorators"),
    ("def f(x):\n    y = 1; z = 2", 2, 10, "';' is not part", "each statement"),
    ("def f(x):\n    return a && b", 2, 14, "'&&' is not part", "write and"),
    ("def f(x=1):\n    return x", 1, 8, "parameters have no default values", "at each call"),
    ("def f(*xs):\n    return xs", 1, 7, "no '*' parameters", "pass a list"),
    ("def f(x):\n    return g(*x)", 2, 14, "no '*' parameters or arguments", "pass a list"),
    ("def f(x):\n    return g(y=1)", 2, 15, "by position only", "without names"),
    ("def f(x):\n    return {1, 2}", 2, 14, "there are no set literals", "write a list"),
    ("def f(x):\n    if x = 1:\n        return 2", 2, 10, "'=' assigns; it does not", "write =="),
    ("def f(x):\n    a = b = 1", 2, 11, "one '=' on a line", "line of its own"),
    ("def f(x):\n    x++\n    return x", 2, 7, "there is no '++'", "write += 1"),
    ("def f(x):\n    return +x", 2, 12, "no '+' before a number", "leave it out"),
    ("def f(x):\n    return sum(y for y in x)", 2, 18, "a comprehension stands in", "sum(["),
    (
        "def f(x):\n    if x: return 1\n    else if y: return 2",
        3,
        10,
        "expected ':', found 'if'",
        "elif",
    ),
    ("def f(x):\n    for y in x: pass\n    else: pass", 3, 5, "has no 'if' above it", "a loop has"),
    ("def f(x):\n    return 1 if x", 2, 18, "a conditional expression needs its 'else'", "a if"),
    ("def f(x):\n    return", 2, 11, "'return' needs a value", "ends by returning one"),
    ("def f(x):\n    y: int\n    return 1", 2, 11, "a variable starts with a value", "= []"),
    ("def f(x):\n    x[1:2] = 3", 2, 5, "a slice is no target", "build the list anew"),
    ("def f(x):\n    g(x) = 3", 2, 5, "a call is no target", "assign to a name"),
    ("def f(x):\n    (a, (b, c)) = x", 2, 9, "a tuple inside a tuple", "on the next line"),
    ("def f(x):\n    return a == not b", 2, 17, "'not' binds less", "(not x)"),
    ("def f(x):\n    let y = 3", 2, 9, "found the name 'y'", "write y = ..."),
    ("def f(x):\n    print 'a'", 2, 11, "found the string 'a'", "a call needs parentheses"),
    ("def f(x):\n    return 'a' 'b'", 2, 16, "found the string 'b'", "join strings with +"),
    ("def f(x):\n    return 007", 2, 12, "'007' is not a number", "leading 0"),
    ("def f(x):\n    return '\\d'", 2, 12, "no such escape in a string: '\\d'", "for a backslash"),
    ("def f(x: lst[int]): return 1", 1, 10, "no type 'lst'; the types are", ""),
    ("def f(x: list<int>): return 1", 1, 14, "found '<'", "square brackets"),
    ("def f(x: [int]): return 1", 1, 10, "expected a type, found '['", "list[int]"),
    ("def f(x) -> int | str: return 1", 1, 17, "found '|'", "no union types"),
    ("def f(x):\n    return [x for x xs]", 2, 21, "expected ',' or 'in', found the name", ""),
    ("neural d(x) -> choice[10]", 1, 10, "parameter 'x' of a neural submodule has no type", "x: "),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"), MISTAKES, ids=[m[0] for m in MISTAKES]
)
def test_mistakes_are_explained(text: str, line: int, column: int, message: str, hint: str) -> None:
    with pytest.raises(ProgramError) as caught:
        parse(text, "my.psl")
    problem = caught.value.problems[0]
    assert (problem.line, problem.column) == (line, column)
    assert f"my.psl:{line}:{column}: " in str(caught.value)
    assert message in str(caught.value)
    assert hint in problem.hint


def test_the_whole_message() -> None:
    with pytest.raises(ProgramError) as caught:
        parse("def f(x):\n    return g(y=1)")
    assert str(caught.value) == (
        "<text>:2:15: arguments are given by position only\n"
        "        return g(y=1)\n"
        "                  ^\n"
        "  hint: write the values in the order of the parameters, without names"
    )


def test_each_function_tells_its_first_mistake() -> None:
    text = "def f(x):\n    return (x\ndef g(x):\n    return x\ndef h(x):\n    return x y\nz = 1\n"
    with pytest.raises(ProgramError) as caught:
        parse(text)
    assert [p.line for p in caught.value.problems] == [2, 6, 7]


def test_an_expression_is_a_whole_text() -> None:
    with pytest.raises(ProgramError, match="found the name 'y'"):
        parse_expression("x y")
    with pytest.raises(ProgramError, match="expected an expression"):
        parse_expression("")


def test_an_uninstalled_checkout_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(package: str) -> None:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(importlib.resources, "files", missing)
    with pytest.raises(ProgsynthError, match=r"pip install -e \."):
        parsing._grammar()
