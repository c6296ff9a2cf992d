"""Texts read in one call: programs, preludes, expressions, calls and values."""

from __future__ import annotations

import math

import pytest

from progsynth import registry
from progsynth.errors import PackError, ProgramError
from progsynth.lang.interpret import run
from progsynth.lang.read import (
    read_call,
    read_expression,
    read_neural,
    read_prelude,
    read_program,
    read_value,
)
from progsynth.lang.term import Call, Neural, Program, Var, const
from progsynth.lang.types import FLOAT, INT, list_of, parse_type

DSL = registry.pack()
PROGRAM = read_program(
    "def pick(xs: list[a], n: int) -> a: return xs[n]\n"
    "def mixed(p: tuple[float, str], d: dict[int, list[float]]): return p[0]\n"
    "def paired(x: a, y: a): return [x, y]\n"
    "def reach(g: graph[str]): return len(nodes(g))\n"
    "def picked(c: choice[3], f: (int) -> int) -> int: return f(1)\n",
    DSL,
)


def test_a_program_has_its_documentation() -> None:
    program = read_program('def f(x: int):\n    "Itself."\n    return x\n', DSL)
    assert program.entry.doc == "Itself."


def test_the_word_neural_says_no_more_than_the_name() -> None:
    declared = "neural digit(image: tensor[1, 8, 8]) -> choice[10]\n"
    head = "def f(xs: list[tensor[1, 8, 8]]) -> int:\n    return "
    for expression in (
        "??(map({digit}, xs))",
        "sum(map({digit}, xs))",
        "{digit}(xs[0]) + sum([{digit}(x) for x in xs])",
        "len(filter(lambda x: {digit}(x) == 3, xs))",
    ):
        texts = [head + expression.format(digit=word) for word in ("digit", "neural digit")]
        short, whole = (read_program(declared + text, DSL) for text in texts)
        assert whole == short
        given = read_program(texts[1], DSL, neural=short.neural)
        assert given == short, "declared outside the text is as in it"


def test_a_program_declares_the_given_submodules_that_it_calls() -> None:
    given = [read_neural(f"{name}(x: float) -> bool", DSL) for name in ("g", "h")]
    text = "neural i(x: float) -> bool\ndef f(x: float): return neural g(x)"
    assert [n.name for n in read_program(text, DSL, neural=given).neural] == ["g", "i"]


def test_messages_name_the_file() -> None:
    with pytest.raises(ProgramError, match=r"^sum\.psl:1:24: there is no name 'y' here"):
        read_program("def f(x: int): return  y", DSL, "sum.psl")


# ----------------------------------------------------------------------------- preludes


def test_functions_of_one_name_are_overloads() -> None:
    text = (
        "def twofold(xs: list[a]):\n"
        '    "The list twice."\n'
        "    return xs + xs\n"
        "def twofold(s: str): return join('', twofold(chars(s)))\n"
        "def fourfold(s: str): return twofold(twofold(s))\n"
    )
    dsl = read_prelude(text, DSL)
    assert dsl.overloads("twofold") == ("twofold.list", "twofold.str")
    assert dsl.overloads("fourfold") == ("fourfold",)
    assert dsl.functions["twofold.list"].doc == "The list twice."
    program = read_program("def f(s: str): return fourfold(s)", dsl)
    assert run(program, ("ab",), dsl) == "abababab"


def test_a_prelude_may_add_a_meaning_to_a_name_of_the_pack() -> None:
    dsl = read_prelude("def len(n: int): return 1", DSL)
    assert dsl.overloads("len")[-1] == "len.int"
    assert len(dsl.overloads("len")) == len(DSL.overloads("len")) + 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def g(n: int): return h(n)\ndef h(n: int): return n", "there is no function 'h' here"),
        ("def g(n: int): return g(n)", "'g' calls itself"),
    ],
)
def test_each_function_of_a_prelude_calls_earlier_ones_only(text: str, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        read_prelude(text, DSL)


def test_a_prelude_has_no_networks_and_no_doubles() -> None:
    with pytest.raises(PackError, match="no neural submodules"):
        read_prelude("neural g(x: float) -> bool\ndef h(n: int): return n", DSL)
    with pytest.raises(PackError, match="two functions 'g' of the same types"):
        read_prelude("def g(n: int): return n\ndef g(m: int): return m\n", DSL)


# -------------------------------------------------------------------------- expressions


def test_an_expression_has_a_term_and_a_type() -> None:
    term, type_ = read_expression("xs[n]", DSL, ("xs", "n"), (list_of(FLOAT), INT))
    assert (term, type_) == (Call("item.list", (Var(1), Var(0))), FLOAT)
    assert read_expression("[]", DSL)[1] == list_of(INT)
    assert read_expression("1", DSL, expected=FLOAT) == (const(1.0), FLOAT)


def test_a_wrong_expression_is_shown_in_its_place() -> None:
    with pytest.raises(ProgramError, match=r"<expression>:1:5: no '\+' for int and str"):
        read_expression("    1 + 'a'", DSL)
    with pytest.raises(ProgramError, match="expected float, found str"):
        read_expression("'a'", DSL, expected=FLOAT)


# ---------------------------------------------------------------------- calls and values


def test_a_call_gives_the_function_and_its_arguments() -> None:
    function, args = read_call("pick([1, -2], -1)", PROGRAM, DSL)
    assert (function.name, args) == ("pick", ([1, -2], -1))
    _, args = read_call("mixed((1, 'a'), {-1: [2, inf]})", PROGRAM, DSL)
    assert args == ((1.0, "a"), {-1: [2.0, math.inf]})
    assert [type(v) for v in args[1][-1]] == [float, float]
    _, args = read_call("reach({'a': {'b': 1}, 'b': {}})", PROGRAM, DSL)
    assert args == ({"a": {"b": 1.0}, "b": {}},)


def test_a_call_may_name_a_function_of_the_packs_prelude() -> None:
    dsl = read_prelude("def threefold(n: int): return 3 * n", DSL)
    function, args = read_call("threefold(4)", Program(PROGRAM.functions), dsl)
    assert (function.name, args) == ("threefold", (4,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pick", "1:1: expected a call of a function"),
        ("1 + 1", "1:1: expected a call of a function"),
        ("pock([1], 0)", "1:1: the program has no function 'pock'"),
        ("pick([1])", "1:1: 'pick' takes 2 arguments, found 1"),
        ("pick([1], x)", "1:11: expected a literal value"),
        ("pick([1, len('a')], 0)", "1:10: expected a literal value"),
        ("pick([1], 0.5)", "1:11: argument 2 of 'pick' (n: int): expected int, found 0.5"),
        ("pick([1, 'a'], 0)", "1:6: argument 1 of 'pick' (xs: list[a])"),
        ("pick(3, 0)", "1:6: argument 1 of 'pick' (xs: list[a]): expected list[a], found 3"),
        ("paired(1, 'a')", "1:11: argument 2 of 'paired' (y: a): expected int, found 'a'"),
        ("pick([1], 9223372036854775808)", "expected an integer of 64 bits"),
        ("pick([1], 99999999999999999999)", "does not fit in an int of 64 bits"),
        ("mixed((1, 'a', 2), {})", "expected 2 items, found (1, 'a', 2)"),
        ("mixed((1, 'a'), {[1]: [2]})", "a list or a dict cannot be a key"),
        ("picked(3, 1)", "argument 1 of 'picked' (c: choice[3]): expected choice[3], found 3"),
        ("picked(2, abs)", "a function cannot be given in a call from outside"),
        ("pick([1], -'a')", "expected a literal value"),
        ("pick([1], -True)", "expected a literal value"),
        ("pick([1], 0", "'(' is never closed"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ProgramError) as error:
        read_call(text, PROGRAM, DSL)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("3", "float", 3.0),
        ("-9223372036854775808", "int", -(2**63)),
        ("(1, [True], '')", "tuple[float, list[bool], str]", (1.0, [True], "")),
        ("{}", "dict[int, str]", {}),
        ("{'a': -1}", "memory[int]", {"a": -1}),
        ("2", "choice[3]", 2),
    ],
)
def test_a_value_is_read_by_its_type(text: str, type_: str, value: object) -> None:
    found = read_value(text, parse_type(type_))
    assert (type(found), found) == (type(value), value)


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises(ProgramError, match="expected int, found 'a'"):
        read_value("'a'", INT)


def test_a_declaration_of_a_submodule_is_read_with_and_without_its_word() -> None:
    wanted = Neural("digit", ("image",), (parse_type("tensor[1, 8, 8]"),), parse_type("choice[10]"))
    for text in (
        "digit(image: tensor[1, 8, 8]) -> choice[10]",
        "  neural digit(image:tensor[1,8,8])->choice[10]\n",
    ):
        assert read_neural(text, DSL) == wanted
    assert read_neural("expression(x: float) -> bool", DSL).name == "expression"
    assert read_neural("neuralgia(x: float) -> bool", DSL).name == "neuralgia"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a name, found the end of the line"),
        ("digit(image) -> bool", "the parameter 'image' of a neural submodule has no type"),
        ("digit(x: int) -> int", "what a network answers: expected bool, choice[k], float"),
        ("len(x: int) -> bool", "'len' is already a function of the pack 'default'"),
        (
            "f(x: int) -> bool\nneural g(x: int) -> bool",
            "expected one declaration of a neural submodule",
        ),
    ],
)
def test_a_wrong_declaration_is_told(text: str, message: str) -> None:
    with pytest.raises(ProgramError) as error:
        read_neural(text, DSL)
    assert message in str(error.value)
