"""Exported Python stands alone, reads well, and means what the interpreter means."""

from __future__ import annotations

import ast
import importlib
import linecache
import math
import subprocess
import sys
from dataclasses import replace

import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang.agreement.random_programs import RandomPrograms
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.interpret import run
from progsynth.lang.primitive import DSL, Primitive, primitive
from progsynth.lang.python import python_writer
from progsynth.lang.python.copy_source import Sources
from progsynth.lang.python.to_python import Readable, hint, to_python
from progsynth.lang.read import read_program
from progsynth.lang.term import Build, Call, Function, Hole, If, Lambda, Let, Program, Var, const
from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, list_of, parse_type
from progsynth.lang.values import identity_key
from progsynth.registry import pack

X, Y = Var(0), Var(1)
FLOATS = list_of(FLOAT)
NAN = math.nan


def defined(text: str, name: str):
    """The function of that name that the text defines."""
    scope: dict[str, object] = {"__name__": "exported"}
    exec(compile(text, "<exported>", "exec"), scope)
    return scope[name], scope


def outcome(program: Program, text: str, row, limits: Limits, *, checked: bool):
    function, scope = defined(text, program.entry.name)
    if not checked:
        return function(*row)
    try:
        return function(*row, fuel=limits.fuel, cells=limits.cells)
    except scope["Fail"] as error:
        return Failure(FailureKind(str(error.kind)))


def agree(program: Program, rows, dsl: DSL | None = None, limits: Limits | None = None) -> str:
    """Assert that both exports mean what the interpreter means; the readable one."""
    dsl, limits = dsl or pack(), limits or Limits()
    readable, checked = (to_python(program, dsl, checked=c) for c in (False, True))
    for text in (readable, checked):
        assert "progsynth" not in text
    for row in rows:
        expected = run(program, row, dsl, limits)
        found = outcome(program, checked, row, limits, checked=True)
        if isinstance(expected, Failure):
            assert found == expected
            continue
        assert identity_key(found) == identity_key(expected)
        found = outcome(program, readable, row, limits, checked=False)
        assert identity_key(found) == identity_key(expected)
    return readable


def exported(text: str, *rows) -> str:
    return agree(read_program(text, pack()), rows)


# ------------------------------------------------------------------------- how it reads


def test_a_comprehension_reads_as_one():
    text = exported(
        "def evens(xs: list[int]) -> list[int]:\n    return [x * x for x in xs if x % 2 == 0]\n",
        ([1, 2, 4],),
    )
    assert text == (
        "def evens(xs: list[int]) -> list[int]:\n    return [x * x for x in xs if x % 2 == 0]\n"
    )


def test_a_loop_reads_as_it_was_written():
    source = (
        "def best(words: list[str], scores: dict[str, int]) -> str:\n"
        '    """The word with the highest score."""\n'
        '    best = ""\n'
        "    high = -1\n"
        "    for word in words:\n"
        "        score = scores.get(word, 0)\n"
        "        if score > high:\n"
        "            best = word\n"
        "            high = score\n"
        "    return best\n"
    )
    ours = source.replace("scores.get(word, 0)", "get(scores, word, 0)")
    assert exported(ours, (["a", "b"], {"b": 2, "a": 1}), ([], {})) == source


def test_counting_loops_go_over_ranges():
    source = (
        "def pairs(n: int) -> int:\n"
        "    total = 0\n"
        "    for i in range(n):\n"
        "        for j in range(i):\n"
        "            total += i * j\n"
        "    return total\n"
    )
    assert exported(source, (5,), (0,)) == source


def test_a_while_loop_keeps_its_names():
    text = exported(
        "def steps(n: int) -> int:\n"
        "    count = 0\n"
        "    while n != 1:\n"
        "        if n % 2 == 0:\n"
        "            n = n // 2\n"
        "        else:\n"
        "            n = 3 * n + 1\n"
        "        count += 1\n"
        "    return count\n",
        (6,),
    )
    assert text == (
        "def steps(n: int) -> int:\n"
        "    count = 0\n"
        "    while n != 1:\n"
        "        n = n // 2 if n % 2 == 0 else 3 * n + 1\n"
        "        count += 1\n"
        "    return count\n"
    )


def test_a_long_signature_takes_a_line_for_each_parameter():
    long = "a_rather_long_parameter_name_number"
    program = Program((Function("f", (f"{long}_1", f"{long}_2"), (INT, INT), INT, X),))
    text = agree(program, [(1, 2)])
    assert text.startswith(f"def f(\n    {long}_1: int,\n    {long}_2: int,\n) -> int:\n    return")


def test_what_is_not_in_a_table_reads_so():
    source = (
        "def rest(xs: list[int], d: dict[int, int]) -> list[int]:\n"
        "    return [x for x in xs if x not in d]\n"
    )
    assert exported(source, ([1, 2], {1: 0})) == source


def test_subroutines_come_along_under_their_names():
    text = exported(
        "def scaled(xs: list[int], k: int) -> int:\n"
        "    return fold(lambda total, x: total + x * k, 0, xs)\n",
        ([1, 2], 3),
    )
    assert "\ndef fold(" in f"\n{text}"
    assert "    return fold(lambda total, x: total + x * k, 0, xs)\n" in text


def test_primitives_without_a_python_form_are_copied():
    text = exported(
        "def shout(s: str) -> str:\n    return upper(s)\n", ("aé",), ("straße",), ("ABC",)
    )
    assert "\ndef upper(s):\n" in text
    ast.parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int", "int"),
        ("list[tuple[int, str]]", "list[tuple[int, str]]"),
        ("graph[int]", "dict[int, dict[int, float]]"),
        ("memory[bool]", "dict[str, bool]"),
        ("(a, int) -> bool", "Callable[[Any, int], bool]"),
        ("choice[10]", "int"),
    ],
)
def test_types_become_hints(text: str, expected: str):
    assert hint(parse_type(text)) == expected


# ------------------------------------------------------------------------ what it means


def expression(body, result: Type, *params: Type) -> Program:
    names = tuple(f"x{n}" for n in range(len(params)))
    return Program((Function("entry", names, params, result, body),))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("def f(xs: list[float]) -> float:\n return sum(xs)", [([1e16, 1.0, -1e16],)]),
        ("def f(xs: list[float]) -> list[float]:\n return sort(xs)", [([NAN, 1.0, -0.0, 0.0],)]),
        ("def f(xs: list[float]) -> float:\n return min(xs)", [([NAN, 1.0],), ([1.0, NAN],)]),
        ("def f(xs: list[float]) -> float:\n return max(xs)", [([NAN, 1.0],), ([1.0, NAN],)]),
        ("def f(x: float, y: float) -> float:\n return min(x, y)", [(NAN, 1.0), (0.0, -0.0)]),
        ("def f(xs: list[float]) -> bool:\n return xs == xs", [([NAN],), ([1.0],)]),
        ("def f(x: float, xs: list[float]) -> bool:\n return x in xs", [(NAN, [NAN]), (1.0, [])]),
        ("def f(x: float) -> bool:\n return x == x", [(NAN,), (1.0,)]),
        ("def f(x: float, xs: list[float]) -> int:\n return count(xs, x)", [(NAN, [NAN, 1.0])]),
        ("def f(x: float, y: float) -> float:\n return x // y", [(-7.5, 2.0), (1.0, -0.1)]),
        ("def f(x: float) -> int:\n return round(x)", [(2.5,), (3.5,), (-0.5,)]),
        ("def f(s: str) -> list[str]:\n return words(s)", [("a\u00a0b c",), ("\u2003a\tb",)]),
        ("def f(s: str) -> str:\n return upper(lower(s))", [("ÀßǅΣ",), ("aZ",)]),
        ("def f(s: str) -> bool:\n return is_digit(s)", [("١",), ("12",), ("",)]),
        ("def f(s: str) -> int:\n return int(s)", [("١",), (" 1_0 ",), (" -12 ",), ("\u00a05",)]),
        ("def f(s: str) -> float:\n return float(s)", [("1_0",), ("nan",), (" 1e3 ",), ("inf",)]),
        ("def f(xs: list[int]) -> list[int]:\n return xs[3:0:-2]", [([1, 2, 3, 4, 5],)]),
        ("def f(d: dict[int, int]) -> list[int]:\n return keys(put(d, 1, 9))", [({2: 0, 1: 0},)]),
        ("def f(n: int, k: int) -> int:\n return n // k * 10 + n % k", [(-7, 2), (7, -2), (7, 0)]),
        ("def f(n: int, k: int) -> int:\n return n ** k", [(2, 62), (2, 63), (0, 0), (2, -1)]),
        ("def f(n: int) -> float:\n return n / 3", [(1,), (2**62,)]),
    ],
)  # fmt: skip
def test_where_python_differs_the_export_does_not(text: str, rows):
    program = read_program(text + "\n", pack())
    agree(program, rows)


def test_one_subroutine_serves_types_with_and_without_floats():
    same = Function("same", ("a", "b"), (Type("a"),) * 2, BOOL, Call("eq", (Y, X)))
    of_ints = Let(1, Build("list", (const(1),)), Call("same", (X, X)))
    of_floats = Let(1, Build("list", (const(NAN),)), Call("same", (X, X)))
    entry = Function("entry", (), (), BOOL, If(of_ints, of_floats, const(True)))
    same = replace(same, type_classes=(("a", "equal"),))
    agree(Program((same, entry)), [()])


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_mean_the_same(seed: int):
    sample = RandomPrograms(pack()).sample(900_000 + seed)
    agree(sample.program, sample.rows, limits=sample.limits)


@pytest.mark.parametrize("seed", range(30))
def test_splitting_changes_nothing(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(python_writer, "MAX_BLOCKS", 1)
    monkeypatch.setattr(Readable, "max_depth", 1)
    monkeypatch.setattr(Readable, "max_width", 10)
    sample = RandomPrograms(pack()).sample(950_000 + seed)
    agree(sample.program, sample.rows, limits=sample.limits)


@pytest.mark.parametrize(
    ("step", "depth"),
    [
        (lambda t: Call("add.int", (t, const(1))), 2000),
        (lambda t: Call("add.int", (const(1), t)), 10_000),
        (lambda t: If(Call("lt", (const(0), X)), t, const(1)), 10_000),
        (lambda t: If(Call("lt", (X, const(0))), const(1), t), 2000),
        (lambda t: Let(1, Call("add.int", (X, const(1))), t, ("x",)), 2000),
    ],
    ids=["left", "right", "then", "else", "let"],
)
def test_deep_programs_export(step, depth: int):
    body = X
    for _ in range(depth):
        body = step(body)
    limit = sys.getrecursionlimit()
    try:
        agree(expression(body, INT, INT), [(5,)])
    finally:
        sys.setrecursionlimit(limit)  # the deep text raises it


def test_checked_text_takes_limits():
    text = to_python(
        read_program("def f(n: int) -> int:\n while n >= 0:\n  n += 1\n return n\n", pack()),
        pack(),
        checked=True,
    )
    function, scope = defined(text, "f")
    with pytest.raises(scope["Fail"], match="fuel"):
        function(0)
    assert function(-1, fuel=0) == -1


def test_the_text_runs_in_a_bare_python():
    program = read_program("def f(s: str) -> str:\n    return upper(s) + fixed(0.125, 2)\n", pack())
    for checked in (False, True):
        text = to_python(program, pack(), checked=checked) + "\nprint(f('ab'))\n"
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", text], capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == str(run(program, ("ab",), pack()))


# -------------------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["sorted", "len", "f", "value", "Any", "fuel", "x"])
def test_the_entry_keeps_its_name(name: str):
    body = Call("len.list", (Call("sort.list", (X,)),))
    program = Program((Function(name, ("len",), (list_of(INT),), INT, body),))
    for checked in (False, True):
        function, _ = defined(to_python(program, pack(), checked=checked), name)
        assert function([2, 1]) == 2
        assert function.__name__ == name


def test_a_name_that_python_keeps_for_itself_is_refused():
    program = Program((Function("class", (), (), INT, const(1)),))
    with pytest.raises(UnsupportedError, match="'class' cannot be the name"):
        to_python(program, pack())


@pytest.mark.parametrize("hints", [("x", "x"), ("sum", "list"), ("class", "1"), ("map", "f")])
def test_variables_do_not_hide_what_is_used(hints: tuple[str, str]):
    mapped = Call("map", (Lambda(1, Call("add.int", (X, Y)), (hints[0],)), Var(1)))
    body = Let(1, Call("sum.int", (X,)), Call("sum.int", (mapped,)), (hints[1],))
    agree(Program((Function("f", (hints[0],), (list_of(INT),), INT, body),)), [([1, 2],)])


# ------------------------------------------------------------------- a user's primitives

OFFSET = 10
NAMES = ("a", "b")


def shifted(x):
    # a comment that stays
    return x + OFFSET


@primitive("(x: int) -> int")
def own_shift(x: int) -> int:
    """Moves x."""
    moved: int = shifted(x)
    return moved if NAMES else math.floor(0.5)


@primitive("(f: (int) -> int, x: int) -> int")
def own_apply(f, x):
    return f(f(x))


own_lambda = Primitive(
    "own_lambda", "own_lambda", own_shift.signature, lambda x: x * OFFSET, user=True
)
own_builtin = primitive("(x: int) -> int", name="own_builtin")(abs)
own_module = primitive("(x: float) -> float", name="own_module")(math.sqrt)


def test_own_primitives_are_copied_with_what_they_name():
    body = Call("own_apply", (Lambda(1, Call("own_shift", (X,))), X))
    dsl = pack().extend(own_shift, own_apply)
    text = agree(expression(body, INT, INT), [(1,)], dsl)
    assert "# a comment that stays" in text
    assert "import math" in text
    assert "OFFSET = 10" in text
    assert "@primitive" not in text


@pytest.mark.parametrize(
    ("made", "type_", "value"),
    [(own_lambda, INT, 4), (own_builtin, INT, -4), (own_module, FLOAT, 4.0)],
)
def test_own_primitives_may_be_lambdas_and_functions_of_python(made, type_, value):
    body = Call(made.name, (X,))
    agree(expression(body, type_, type_), [(value,)], pack().extend(made))


def test_own_primitives_may_have_values_around_them():
    def of(step):
        @primitive("(x: int) -> int", name=f"add_{step}")
        def adding(x):
            return x + step

        return adding

    dsl = pack().extend(of(3), of(5))
    body = Call("add_3", (Call("add_5", (X,)),))
    agree(expression(body, INT, INT), [(1,)], dsl)


def test_a_primitive_without_source_says_what_to_do():
    scope: dict[str, object] = {}
    exec("def typed_in(x):\n    return x", scope)
    made = primitive("(x: int) -> int")(scope["typed_in"])
    program = expression(Call("typed_in", (X,)), INT, INT)
    with pytest.raises(UnsupportedError, match=r"cannot export 'typed_in'.*interactive session"):
        to_python(program, pack().extend(made))
    formed = primitive("(x: int) -> int", python="{x} + 0")(scope["typed_in"])
    assert "x0 + 0" in to_python(program, pack().extend(formed))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("{x} + {x}", 14),  # evaluated twice: bound to a name first
        ("[{x} for x in range(2)][1]", 7),  # a variable of its own, of the argument's name
        ("{x} if True else 0", 7),
    ],
)
def test_forms_take_any_argument(form: str, expected: int):
    made = primitive("(x: int) -> int", name="formed", python=form)(lambda x: expected)
    argument = Call("add.int", (X, const(2)))
    program = Program((Function("f", ("x",), (INT,), INT, Call("formed", (argument,))),))
    function, _ = defined(to_python(program, pack().extend(made)), "f")
    assert function(5) == expected


def test_holes_are_refused():
    with pytest.raises(UnsupportedError, match="solve it first"):
        to_python(expression(Hole("expression", STR), STR), pack())


def test_a_file_that_changed_since_its_import_is_not_copied(tmp_path, monkeypatch):
    path = tmp_path / "changing_pack.py"
    path.write_text("def step(x):\n    return x + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("changing_pack")
    made = primitive("(x: int) -> int", name="own_step")(module.step)
    program, dsl = expression(Call("own_step", (X,)), INT, INT), pack().extend(made)
    assert "return x + 1" in to_python(program, dsl)
    path.write_text("def step(x):\n    return x - 1  # later\n")
    linecache.checkcache(str(path))
    with pytest.raises(UnsupportedError, match="the file of 'step' has changed"):
        to_python(program, dsl)


def test_every_primitive_of_the_pack_can_be_copied():
    sources = Sources()
    for made in pack().primitives.values():
        sources.add(made.fn, "copied", made.name)
    assert "progsynth" not in sources.text()
    compile(sources.text(), "<sources>", "exec")
