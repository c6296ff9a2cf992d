"""What the checker finds out: types, instances, classes, orders; and its limits.

The messages for wrong programs are in tests/golden/programs/wrong.txt.
"""

from __future__ import annotations

import time

import pytest

from progsynth import registry
from progsynth.errors import ProgramError
from progsynth.lang.checking.check import MAX_PROBLEMS, check
from progsynth.lang.checking.findings import Checked
from progsynth.lang.checking.unifier import ERROR, TypeTooLargeError, Unifier
from progsynth.lang.primitive import primitive
from progsynth.lang.read import read_neural
from progsynth.lang.text import surface as s
from progsynth.lang.text.parse import parse
from progsynth.lang.types import Type, parse_type


def checked(text: str) -> Checked:
    return check(parse(text), registry.pack())


def body(text: str, params: str = "n: int, x: float, xs: list[int], s: str") -> Checked:
    """A function of these parameters whose body is the text."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    return checked(f"def f({params}):\n{lines}\n")


def signatures(text: str) -> list[str]:
    return [f"{f.name}{f.signature}" for f in checked(text).functions]


def result_of(expression: str, params: str = "n: int, x: float, xs: list[int], s: str") -> str:
    (function,) = body(f"return {expression}", params).functions
    return str(function.signature.result)


def instances(text: str) -> list[str]:
    return list(body(text).instances.values())


def problems(text: str) -> list[str]:
    with pytest.raises(ProgramError) as error:
        checked(text)
    return [f"{p.line}: {p.message}" for p in error.value.problems]


# ---------------------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("expression", "type_"),
    [
        ("1", "int"),
        ("-1.5", "float"),
        ("n // 2", "int"),
        ("n / 2", "float"),
        ("1 / 2", "float"),
        ("x + 1", "float"),
        ("2 * x - 3", "float"),
        ("[1, x]", "list[float]"),
        ("[x, 1]", "list[float]"),
        ("{s: [1]}", "dict[str, list[int]]"),
        ("(1, s, x)", "tuple[int, str, float]"),
        ("(1, s, x)[-1]", "float"),
        ("xs[0]", "int"),
        ("s[1:]", "str"),
        ("xs[:2]", "list[int]"),
        ("[c + s for c in s]", "list[str]"),
        ("{c: n for c in s}", "dict[str, int]"),
        ("[y for y in {1: 2.5}]", "list[int]"),
        ("map(lambda y: y / 2, xs)", "list[float]"),
        ("fold(lambda acc, y: acc + y, 0, xs)", "int"),
        ("fold(lambda acc, y: acc + y / 2, 0, xs)", "float"),
        ("map(len, [[1]])", "list[int]"),
        ("1 < n < 3 and s in s", "bool"),
        ("inf if n > 0 else -nan", "float"),
        ("[]", "list[int]"),
        ("[[], [x]]", "list[list[float]]"),
        ("sort_by(lambda p: p[1], [(1, s)])[0]", "tuple[int, str]"),
    ],
)
def test_the_type_of_an_expression(expression: str, type_: str) -> None:
    assert result_of(expression) == type_


def test_the_first_use_of_a_literal_variable_decides_between_int_and_float() -> None:
    found = body("total = 0\nfor y in xs:\n    total = total + y / 2\nreturn total")
    (function,) = found.functions
    assert function.signature.result == Type("float")
    literal = function.definition.body[0]
    assert isinstance(literal, s.Assign)
    assert found.types[literal.value] == Type("float")


def test_operators_become_one_instance_each() -> None:
    assert instances("return n + 1") == ["add.int"]
    assert instances("return x + 1") == ["add.float"]
    assert instances("return 1 + 2") == ["add.int"]
    assert instances("return s + s") == ["concat.str"]
    assert instances("return xs + []") == ["concat.list"]
    assert instances("y: float = 1 + 2\nreturn y") == ["add.float"]
    assert instances("y: float = 1 / 2\nreturn y") == ["div.int"]


def test_an_operator_waits_for_what_decides_it() -> None:
    found = body("def twice(y): return y + y\nreturn twice(s)")
    assert "concat.str" in found.instances.values()
    found = body("y = []\nz = y + y\nreturn z + [s]")
    assert list(found.instances.values()).count("concat.list") == 2


def test_a_variable_may_have_the_name_of_a_function_that_is_not_called() -> None:
    assert result_of("n", "n: int, len: list[int]") == "int"
    assert str(body("count = n + 1\nreturn count").functions[0].signature.result) == "int"


def test_holes_get_their_types() -> None:
    found = body("y: list[str] = ??\nz = ??[int] + n\nreturn ??param * x + ??(xs)")
    holes = {n: t for n, t in found.types.items() if isinstance(n, s.HoleExpression)}
    shown = [
        str(t) for _, t in sorted(holes.items(), key=lambda p: (p[0].place.line, p[0].place.column))
    ]
    assert shown == ["list[str]", "int", "float", "float"]


def test_a_hole_without_any_context_keeps_an_open_type() -> None:
    found = body("y = ??\nreturn n")
    (type_,) = [t for n, t in found.types.items() if isinstance(n, s.HoleExpression)]
    assert type_.name.startswith("?")


def test_the_braces_of_a_hole_name_instances_functions_and_operators() -> None:
    found = body("return ??{len, add.int, +, sort_by}(xs)")
    (allowed,) = found.allowed.values()
    dsl = registry.pack()
    assert set(allowed) == {*dsl.overloads("len"), "add.int", *dsl.overloads("_ + _"), "sort_by"}


# ------------------------------------------------------------------------- functions


def test_functions_are_put_in_the_order_of_their_calls() -> None:
    text = (
        "def a(x: int) -> int: return c(x) + b(x)\n"
        "def b(x: int): return x\n"
        "def c(x: int): return b(x)\n"
        "def main(x: int) -> int: return a(x)\n"
    )
    assert [s.partition("(")[0] for s in signatures(text)] == ["b", "c", "a", "main"]


def test_the_last_function_of_the_text_comes_last_even_if_nothing_needs_the_others() -> None:
    text = "def main(x: int) -> int: return x\ndef other(x: int) -> int: return x\n"
    assert signatures(text)[-1].startswith("other")


def test_results_are_inferred_and_generic_functions_stay_generic() -> None:
    text = (
        "def swap(p: tuple[a, b]): return p[1], p[0]\n"
        "def f(x: int): return swap((x, swap((True, 1))))\n"
    )
    assert signatures(text) == [
        "swap(p: tuple[a, b]) -> tuple[b, a]",
        "f(x: int) -> tuple[tuple[int, bool], int]",
    ]


def test_the_classes_that_a_generic_function_needs_are_inferred() -> None:
    text = (
        "def largest(xs: list[a]): return sort(xs)[-1]\n"
        "def counted(xs: list[a]): return {x: 1 for x in xs if x == largest(xs)}\n"
        "def same(x: a, y: a): return x == y\n"
    )
    assert [s.partition(" where ")[2] for s in signatures(text)] == [
        "a: ordered",
        "a: hashable",
        "a: equal",
    ]


def test_the_needed_classes_are_tested_where_a_generic_function_is_called() -> None:
    text = (
        "def largest(xs: list[a]): return sort(xs)[-1]\n"
        "def f(ds: list[dict[int, int]]): return largest(ds)\n"
    )
    assert problems(text) == ["2: 'largest' needs a type that is ordered"]


def test_a_neural_submodule_is_a_function_whose_choice_is_an_int() -> None:
    text = (
        "neural digit(image: tensor[1, 8, 8]) -> choice[10]\n"
        "def f(images: list[tensor[1, 8, 8]]): return sum(map(digit, images))\n"
    )
    found = checked(text)
    assert [str(f.signature.result) for f in found.functions] == ["int"]
    assert [str(n.result) for n in found.neural] == ["choice[10]"]


def test_submodules_that_are_given_need_no_declaration() -> None:
    given = read_neural("digit(image: tensor[1, 8, 8]) -> choice[10]", registry.pack())
    text = "def f(xs: list[tensor[1, 8, 8]]): return sum(map({}, xs)) + {}(xs[0])\n"
    for word in ("digit", "neural digit"):
        found = check(parse(text.format(word, word)), registry.pack(), [given])
        assert found.neural == (given,)
        assert str(found.functions[0].signature.result) == "int"


def test_a_declaration_in_the_text_goes_before_one_that_is_given() -> None:
    given = read_neural("g(x: float) -> bool", registry.pack())
    text = "neural g(x: float) -> choice[3]\ndef f(x: float): return neural g(x)\n"
    (found,) = check(parse(text), registry.pack(), [given]).neural
    assert str(found.result) == "choice[3]"


def test_a_function_cannot_have_the_name_of_a_given_submodule() -> None:
    given = read_neural("g(x: float) -> bool", registry.pack())
    text = "def g(x: float): return x\ndef f(x: float): return g(x)\n"
    with pytest.raises(ProgramError, match="1:1: 'g' is already a neural submodule"):
        check(parse(text), registry.pack(), [given])


def test_a_users_primitive_is_found_by_name_and_type() -> None:
    @primitive("(x: float, y: float) -> float")
    def hypotenuse(x: float, y: float) -> float:
        return (x * x + y * y) ** 0.5

    dsl = registry.pack().extend(hypotenuse)
    found = check(parse("def f(n: int): return hypotenuse(3, 4)"), dsl)
    assert str(found.functions[0].signature.result) == "float"


# ---------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    "text",
    [
        "if n > 0:\n    y = 1\nelse:\n    y = 2\nreturn y",
        "if n > 0:\n    return 0\nelse:\n    y = 2\nreturn y",
        "while True:\n    y = n\n    if y > 3: return y",
        "for y in xs:\n    if y > 0: continue\n    z = y\n    n = z\nreturn n",
        "for y in xs:\n    if y > 0:\n        break\n    z = y\n    n = z\nreturn n",
        "y = 0\nfor y in xs:\n    pass\nreturn y",
        "def g(y): return y + n\nreturn g(1)",
    ],
)
def test_variables_that_have_a_value_are_accepted(text: str) -> None:
    assert body(text).functions


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("if n > 0:\n    y = 1\nreturn y", "4: 'y' may have no value here"),
        ("if n > 0:\n    return 1\nelse:\n    z = 2\nreturn y", "6: there is no name 'y' here"),
        ("while n > 0:\n    y = 1\n    n = 0\nreturn y", "5: 'y' may have no value here"),
        ("while True:\n    if n > 0: break\n    y = 1\nreturn y", "5: 'y' may have no value here"),
        ("for y in xs: pass\nreturn y", "3: 'y' may have no value here"),
        ("def g(z): return z + y\ny = 1\nreturn g(1)", "2: 'y' has no value here"),
        ("y += 1\nreturn y", "2: 'y' has no value here"),
        ("y[0] = 1\nreturn y", "2: 'y' has no value here"),
    ],
)
def test_variables_that_may_have_no_value_are_found(text: str, problem: str) -> None:
    with pytest.raises(ProgramError) as error:
        body(text)
    first = error.value.problems[0]
    assert f"{first.line}: {first.message}".startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def f(x: int, x: int): return x", "1: two parameters are called 'x'"),
        ("def f(x: int): return [y for y, y in [(1, 2)]]", "1: two variables are called 'y'"),
        (
            "def f(g: (int) -> int): return g",
            "1: 'g' is a function: functions are arguments only, not values",
        ),
        (
            "def f(g: (int) -> int):\n    g = 1\n    return 2",
            "2: 'g' is a function: it cannot be assigned",
        ),
        (
            "def f(n: int):\n    def g(y): return y\n    g = 1\n    return g",
            "2: 'g' is the variable of line 3: use another name",
        ),
        (
            "def f(n: int):\n    if n > 0:\n        def g(y): return y\n    return g(n)",
            "4: 'g' is defined inside the block of line 3 only",
        ),
        (
            "def f(n: int): return (lambda y: y)(n)",
            "1: a lambda cannot be called where it is written",
        ),
        ("def f(n: int): return abs(1)(2)", "1: only a function can be called, by its name"),
        ("def f(n: int): return n[:]", "1: a slice without bounds is the value itself"),
        ("def f(n: int) -> int:\n    continue\n", "2: 'continue' stands outside a loop"),
        ("neural g(x: tensor[2]) -> bool", "1: the text has no function"),
    ],
)
def test_misuse_is_found(text: str, problem: str) -> None:
    assert problems(text)[0] == problem


def test_one_mistake_makes_one_message() -> None:
    text = (
        "def f(xs: list[int]):\n"
        "    y = missing(xs)\n"
        "    z = y + 1\n"
        "    for w in z: xs = append(xs, w)\n"
        "    return map(lambda v: v * z, [y, z])[0].size if y else {z: y[0]}\n"
    )
    assert problems(text) == [
        "2: there is no function 'missing' here",
        "5: values have no attributes: found '.size'",
    ]


def test_all_mistakes_are_told_in_order_up_to_a_bound() -> None:
    text = "def f(n: int):\n" + "".join(f"    y{i} = z{i}\n" for i in range(50)) + "    return n\n"
    found = problems(text)
    assert found[:2] == ["2: there is no name 'z0' here", "3: there is no name 'z1' here"]
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "0: and 30 more problems"


# ------------------------------------------------------------------------ hostile texts


@pytest.mark.parametrize(
    "text",
    [
        "def f(x: int): return " + "[" * 5000 + "]" * 5000,
        "def f(x: int):\n    y = x\n"
        + "    y1 = (y, y)\n    y = 1\n" * 2
        + "    return y1[0]"
        + "[0]" * 40,
        "def f(x: int):\n    y0 = x\n"
        + "".join(f"    y{i + 1} = (y{i}, y{i})\n" for i in range(23))
        + "    return y23",
        "def f(x: int):\n"
        + "".join(f"    y{i} = []\n" for i in range(40))
        + "".join(f"    z{i} = append(y{i + 1}, [y{i}])\n" for i in range(39))
        + "    return x",
        "def f(x: int):\n    y = []\n    y = append(y, y)\n    return x",
        "def f(x: int) -> int:\n    def g0(x): return x + 1\n"
        + "".join(f"    def g{i + 1}(x): return g{i}(g{i}(x))\n" for i in range(30))
        + "    return g30(x)",
    ],
    ids=["lists", "tuple items", "pairs of pairs", "chained", "in itself", "copies of copies"],
)
def test_texts_that_would_explode_are_refused_at_once(text: str) -> None:
    module = parse(text)
    start = time.process_time()
    with pytest.raises(ProgramError):
        check(module, registry.pack())
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        "def f(x: int) -> int: return " + "1 + " * 10_000 + "x",
        "def f(x: int) -> int: return " + "abs(" * 10_000 + "x" + ")" * 10_000,
        "def f(x: int) -> int: return x if " + "not " * 10_000 + "True else 0",
        "def f(x: int) -> bool: return " + "x < " * 10_000 + "x",
    ],
    ids=["sum", "calls", "not", "chain"],
)
def test_expressions_ten_thousand_deep_are_checked(text: str) -> None:
    assert checked(text).functions


# ----------------------------------------------------------------------------- the unifier


def test_what_was_tried_in_vain_is_forgotten() -> None:
    unifier = Unifier()
    a, b = unifier.fresh(), unifier.fresh()
    left = Type("tuple", (a, b, parse_type("int")))
    assert not unifier.unify(left, parse_type("tuple[str, str, str]"))
    assert unifier.head(a) == a
    assert not unifier.could_equal(a, Type("list", (a,)))
    assert unifier.could_equal(a, b)
    assert unifier.head(a) == a


def test_literals_are_int_or_float_and_nothing_else() -> None:
    unifier = Unifier()
    number, any_ = unifier.fresh_number(), unifier.fresh()
    assert unifier.unify(any_, number)
    assert not unifier.unify(any_, parse_type("str"))
    assert not unifier.unify(any_, parse_type("list[int]"))
    assert unifier.unify(number, parse_type("float"))
    assert unifier.head(any_) == parse_type("float")


def test_an_error_fits_everywhere_and_letters_only_themselves() -> None:
    unifier = Unifier()
    assert unifier.unify(parse_type("list[int]"), ERROR)
    assert unifier.unify(Type("a"), Type("a"))
    assert not unifier.unify(Type("a"), Type("b"))
    assert not unifier.unify(Type("a"), parse_type("int"))


def test_a_type_that_grows_too_large_is_refused() -> None:
    unifier = Unifier()
    type_ = unifier.fresh()
    for _ in range(20):
        type_ = Type("tuple", (type_, type_))
    with pytest.raises(TypeTooLargeError):
        unifier.resolve(type_)
