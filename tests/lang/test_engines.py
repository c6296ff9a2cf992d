"""One call for all engines: the right one is taken, it can be asked which, and all agree."""

from __future__ import annotations

import pickle

import pytest

from progsynth.errors import ProgramFailure, ProgsynthError, UnsupportedError
from progsynth.lang import engines, interpret, vm
from progsynth.lang.engines import compiled, explain, function_of, run_rows, widened
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import primitive
from progsynth.lang.read import read_program
from progsynth.lang.types import parse_type
from progsynth.registry import pack

TOTAL = """
def total(xs: list[int]) -> int:
    s = 0
    for x in xs:
        s += x
    return s
"""
DOMAIN = Failure(FailureKind.DOMAIN)
needs_vm = pytest.mark.skipif(not vm.ready(), reason="the VM's kernels are not compiled yet")


def program(text: str = TOTAL):
    return read_program(text, pack())


def own():
    @primitive("(x: int) -> int")
    def own_shift(x):
        return x + 1

    dsl = pack().extend(own_shift)
    return read_program("def f(x: int) -> int:\n    return own_shift(x)\n", dsl), dsl


@pytest.mark.parametrize("engine", ["auto", "interpreter", "python"])
def test_every_engine_runs_rows(engine: str):
    rows = [([1, 2],), ([],), ([2**62, 2**62],)]
    expected = [3, 0, Failure(FailureKind.OVERFLOW)]
    assert run_rows(program(), rows, pack(), engine=engine) == expected


@needs_vm
def test_the_vm_runs_rows():
    assert run_rows(program(), [([1, 2],), ([],)], pack(), engine="vm") == [3, 0]
    assert explain(program(), pack()) == "VM"


def test_limits_hold_in_every_engine():
    for engine in ("auto", "interpreter", "python"):
        ready = compiled(program(), pack(), engine)
        assert ready.run([([1, 2, 3],)], Limits(fuel=3)) == [6]
        assert ready.run([([1, 2, 3],)], Limits(fuel=2)) == [Failure(FailureKind.FUEL)]


def test_an_unknown_engine_is_refused_with_the_known_ones():
    with pytest.raises(ProgsynthError, match=r"no engine 'fast'.*auto, interpreter, python, vm"):
        run_rows(program(), [], pack(), engine="fast")


def test_own_primitives_go_to_the_python_engine_by_themselves():
    found, dsl = own()
    assert run_rows(found, [(1,)], dsl) == [2]


@needs_vm
def test_what_the_vm_lacks_is_explained():
    found, dsl = own()
    assert explain(found, dsl).startswith("Python engine: ")
    assert "own_shift" in explain(found, dsl)
    with pytest.raises(UnsupportedError, match="own_shift"):
        compiled(found, dsl, "vm")


def test_the_python_engine_serves_while_the_vm_compiles(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vm, "available", lambda: True)
    monkeypatch.setattr(vm, "ready", lambda: False)
    assert explain(program(), pack()).startswith("Python engine: the VM is not compiled yet")
    assert run_rows(program(), [([4],)], pack()) == [4]


def test_the_python_engine_serves_where_numba_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vm, "available", lambda: False)
    assert "Numba, which is not installed" in explain(program(), pack())
    assert run_rows(program(), [([4],)], pack()) == [4]
    with pytest.raises(UnsupportedError, match="pip install numba"):
        run_rows(program(), [([4],)], pack(), engine="vm")


def test_rows_that_the_vm_hands_over_run_in_the_python_engine(monkeypatch: pytest.MonkeyPatch):
    def run(code, rows, limits):
        return ["from the VM" if len(xs) < 2 else vm.HANDED_OVER for (xs,) in rows]

    monkeypatch.setattr(vm, "run", run)
    ready = engines.OnVM(program(), pack(), None)
    assert ready.run([([1],), ([1, 2],), ([],), ([3, 4],)]) == ["from the VM", 3, "from the VM", 7]


# ------------------------------------------------------------------ programs as functions


def test_a_program_is_a_function():
    total = function_of(program(), pack())
    assert total([1, 2, 3]) == 6
    assert total.__name__ == "total"


def test_wrong_arguments_are_named():
    total = function_of(program(), pack())
    with pytest.raises(ProgsynthError, match=r"argument 'xs' of total \(xs: list\[int\]\): item 1"):
        total([1, "two"])
    with pytest.raises(ProgsynthError, match=r"takes 1 argument\(s\) \(xs: list\[int\]\), found 2"):
        total([1], [2])


def test_ints_stand_for_floats():
    mean = function_of(
        program("def mean(xs: list[float], n: float) -> float:\n    return sum(xs) / n\n"), pack()
    )
    assert mean([1, 2.0], 2) == 1.5
    with pytest.raises(ProgsynthError, match=r"argument 'n'.*expected float, found True"):
        mean([1.0], True)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("float", 1, 1.0),
        ("int", 1, 1),
        ("list[tuple[int, float]]", [(1, 2)], [(1, 2.0)]),
        ("dict[str, float]", {"a": 1}, {"a": 1.0}),
        ("graph[int]", {1: {2: 3}}, {1: {2: 3.0}}),
        ("memory[float]", {"a": 3}, {"a": 3.0}),
        ("list[float]", "no list", "no list"),
        ("float", 10**400, 10**400),  # refused later: no float is so large
    ],
)
def test_widening_changes_ints_only_where_floats_are(type_: str, value, expected):
    assert repr(widened(value, parse_type(type_))) == repr(expected)


def test_a_failure_is_an_exception_with_its_kind():
    first = function_of(program("def head(xs: list[int]) -> int:\n    return xs[0]\n"), pack())
    with pytest.raises(ProgramFailure, match=r"head failed: index .a position outside") as caught:
        first([])
    assert caught.value.kind == "index"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


def test_a_compiled_program_runs_again_and_again():
    ready = compiled(program(), pack(), "python")
    assert [ready.run([([n],)]) for n in range(3)] == [[0], [1], [2]]
    expected = [interpret.run(program(), ([n],), pack()) for n in range(3)]
    assert ready.run([([n],) for n in range(3)]) == expected
