"""The canonical style: what it looks like, and its laws."""

from __future__ import annotations

import random
from typing import Any

import pytest

from progsynth.errors import ProgramError
from progsynth.lang.text.format import format_text
from progsynth.lang.text.parse import _tokens, parse
from progsynth.lang.text.surface import Literal, Node

EXAMPLE = '''
def f(xs: list[int], d: dict[str, int], g: (int, int) -> bool) -> tuple[int, str]:
    """Doc.

      More \\\\ "q" """
    total = 0
    a, b = b, a
    xs[0] = 3
    if x: return 1
    elif f(y, z)[i]:
        return 2
    else:
        return 3
    ys: list[int] = [1, 2, 3]
    zs = (a_very_long_name_of_a_variable + another_very_long_name * the_third_long_name - 4 + 5)
    w = g("""one
  two""", 3)
    if (x and y) or z:
        pass
    for i, x in enumerate(g(xs)):
        while f(i) < 3 <= x:
            total += (x + 1) * 2
            d["a"][i] = 'it'
            break
    def h(x,y): return x
    return foo(lambda x: x+1,[z for z in xs if z > 3]) if q else 'abc' + "it's" + '"'
def g(x):
    def inner(y: int) -> int:
        return y
    return -(-x), (not x) == y, - x ** 2, (a and b) and c, a if b else c if d else e, x[1:], x[:2:3]
neural digit(image: tensor[1, 8, 8]) -> choice[10]
def h(x, y):
    z = {1: 2, 3: (4, 5)}, (1,), (), [], {k: v for k, v in items(d)}
    return (??)[0] + ??[int]{map, +}(x, y) + 1_000 + 1e-3 + .5 + x[::2]
    return (-2) ** 2 ** -x + (2 ** 3) ** 4
def total(xs): return ??(map(neural digit, xs)) + neural digit(xs[0])
'''


def plain(node: Any) -> Any:
    """The tree as nested tuples, without places and spellings."""
    done: dict[int, Any] = {}
    todo = [(node, False)]
    while todo:
        part, ready = todo.pop()
        parts: list[Any] = []
        if isinstance(part, Node):
            parts = [
                getattr(part, name)
                for name in part.__dataclass_fields__
                if name not in ("place", "source", "filename", "comments")
                and not (isinstance(part, Literal) and name == "text")
            ]
        elif isinstance(part, tuple):
            parts = list(part)
        else:
            done[id(part)] = (type(part).__name__, repr(part))
            continue
        if ready:
            done[id(part)] = (type(part).__name__, *(done[id(p)] for p in parts))
        else:
            todo.append((part, True))
            todo.extend((p, False) for p in parts)
    return done[id(node)]


def check_laws(text: str) -> str:
    """The text formatted; the laws hold of it."""
    once = format_text(text)
    before, after = parse(text), parse(once)
    assert plain(after) == plain(before)
    comments = sorted(c.removeprefix("#").strip() for c in before.comments.values())
    assert sorted(c.removeprefix("#").strip() for c in after.comments.values()) == comments
    assert format_text(once) == once
    return once


def scattered(text: str, rng: random.Random, breaks: float, notes: float) -> str:
    """The text with line breaks within its brackets, and comments, in random places."""
    out: list[str] = []
    lines = text.split("\n")
    depth, end, count = 0, (1, 1), 0
    for token in _tokens(text):
        line, column = token.line or 0, token.column or 0
        between = lines[end[0] - 1][end[1] - 1 : column - 1] if line == end[0] else None
        if between is None:  # a new line
            if rng.random() < notes:
                out.append(f"  # n{(count := count + 1)}")
            for _ in range(end[0], line):
                out.append("\n")
                if rng.random() < notes / 2:
                    out.append(" " * rng.randrange(12) + f"# n{(count := count + 1)}\n")
            out.append(lines[line - 1][: column - 1])
        elif depth and rng.random() < breaks:
            own = f"\n # n{(count := count + 1)}" if rng.random() < notes else ""
            out.append(
                (f" # n{(count := count + 1)}" if rng.random() < notes else "")
                + own
                + "\n"
                + " " * rng.randrange(9)
            )
        else:
            out.append(between)
        depth += (token in ("(", "[", "{")) - (token in (")", "]", "}"))
        out.append(str(token))
        end = (token.end_line or 0, token.end_column or 0)
    return "".join(out) + "\n"


@pytest.mark.parametrize("seed", range(60))
def test_laws_hold_wherever_comments_stand(seed: int) -> None:
    rng = random.Random(seed)
    text = scattered(EXAMPLE, rng, rng.choice([0.02, 0.2, 0.6]), rng.choice([0.05, 0.3, 0.8]))
    check_laws(text)


STYLE = [
    ("operators and literals", "return  -x**2+'a'", 'return -x ** 2 + "a"'),
    ("quotes that the string holds", "return 'say \"hi\"'", "return 'say \"hi\"'"),
    ("quotes that need no escape", "return 'it\\'s'", 'return "it\'s"'),
    ("numbers keep their spelling", "return 1_000+0x1F+1e3", "return 1_000 + 0x1F + 1e3"),
    ("needless parentheses go", "return ((a)+(b*c))", "return a + b * c"),
    ("needed parentheses stay", "return (a+b)*(c-(d-e))", "return (a + b) * (c - (d - e))"),
    ("chains stay chains", "return (a<b)<c, a<b<c", "return (a < b) < c, a < b < c"),
    ("a power of a negative", "return (-a)**-b", "return (-a) ** -b"),
    ("double negation", "return --a, not not a", "return -(-a), not not a"),
    ("conditionals", "return (a if b else c)if d else e", "return (a if b else c) if d else e"),
    ("lambdas", "return f(lambda x,y:x , (lambda:1))", "return f(lambda x, y: x, lambda: 1)"),
    ("slices", "return xs[ 1 : ],xs[:i+1 :2]", "return xs[1:], xs[:i + 1:2]"),
    ("tuples", "return ( 1,),(),(1,2)", "return (1,), (), (1, 2)"),
    ("dicts", "return {1:2,'a':{ }}", 'return {1: 2, "a": {}}'),
    ("holes", "return (??)[0]+??neural [int]{f,+}( x )", "return (??)[0] + ??neural[int]{f, +}(x)"),
    (
        "submodules",
        "return ??( f(neural  d) )+neural d (x)",
        "return ??(f(neural d)) + neural d(x)",
    ),
    ("comments get a space", "return 1 #why", "return 1  # why"),
    (
        "a line for each block",
        "if x:return 1\n    return 2",
        "if x:\n        return 1\n    return 2",
    ),
    ("backslashes go", "y = 1 + \\\n  2\n    return y", "y = 1 + 2\n    return y"),
    ("blank lines shrink", "y = 1\n\n\n\n    return y", "y = 1\n\n    return y"),
    (
        "blank lines around functions",
        "y = 1\n    def g(x): return x\n    return y",
        "y = 1\n\n    def g(x):\n        return x\n\n    return y",
    ),
    (
        "long calls have an argument a line",
        f"return {'f' * 40}({'x' * 30}, {'y' * 30})[0]",
        f"return {'f' * 40}(\n        {'x' * 30},\n        {'y' * 30},\n    )[0]",
    ),
    (
        "long operations get parentheses",
        f"return {'a' * 40} + {'b' * 30} * c - {'d' * 30}",
        f"return (\n        {'a' * 40}\n        + {'b' * 30} * c\n        - {'d' * 30}\n    )",
    ),
    (
        "long conditions too",
        f"while {'a' * 60} and {'b' * 40}: pass",
        f"while (\n        {'a' * 60}\n        and {'b' * 40}\n    ):\n        pass",
    ),
    (
        "comments in brackets",
        "return [ # numbers\n 1, # one\n # last\n 2\n # end\n ]",
        "return [  # numbers\n        1,  # one\n        # last\n        2,\n        # end\n    ]",
    ),
    (
        "comments of branches",
        "if x: # a\n        pass\n        # b\n    # c\n    else: # d\n        pass",
        "if x:  # a\n        pass\n        # b\n    # c\n    else:  # d\n        pass",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), [t[1:] for t in STYLE], ids=[t[0] for t in STYLE])
def test_style(text: str, wanted: str) -> None:
    assert check_laws(f"def f(x):\n    {text}\n") == f"def f(x):\n    {wanted}\n"


def test_the_top_level() -> None:
    text = (
        "# one\n\n# two\ndef f(x):\n  return x\n  # in f\n# three\nneural g(x:float)->bool#four\n"
    )
    text += "#five"
    assert check_laws(text) == (
        "# one\n\n# two\ndef f(x):\n    return x\n    # in f\n\n\n"
        "# three\nneural g(x: float) -> bool  # four\n\n\n# five\n"
    )


@pytest.mark.parametrize(
    "doc",
    [
        '"""One line."""',
        '"one"',
        '"""  a\n\n      b\n    c\n    """',
        r'"""a \\ b \""""',
        '"""\n      a\n    b"""',
    ],
)
def test_docstrings_keep_their_text(doc: str) -> None:
    check_laws(f"def f(x):\n    {doc}\n    return x\n")


@pytest.mark.parametrize(
    "text",
    [
        "1 + (" * 10_000 + "1" + ")" * 10_000,
        "f(" * 10_000 + "1" + ")" * 10_000,
        "1" + " + 1" * 10_000,
        "[1, # c\n" * 300 + "]" * 300,
    ],
    ids=lambda text: text[:8],
)
def test_deep_nesting(text: str) -> None:
    once = format_text(f"def f(x): return {text}")
    assert format_text(once) == once
    assert once.count("# c") == text.count("# c")


def test_a_text_with_mistakes_is_not_formatted() -> None:
    with pytest.raises(ProgramError, match="never closed"):
        format_text("def f(x): return (x")
