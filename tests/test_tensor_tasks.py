"""Programs over lists of tensors, from end to end: every engine, evaluation, search, files."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from progsynth.errors import ProgsynthError, UnsupportedError
from progsynth.evaluate import compare, evaluate
from progsynth.lang import engines, interpret, vm
from progsynth.lang.engines import explain, function_of, run_rows
from progsynth.lang.failure import Failure, FailureKind, Limits
from progsynth.lang.primitive import DSL, primitive
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.python.to_python import to_python
from progsynth.lang.read import read_program
from progsynth.lang.types import parse_type
from progsynth.lang.values import identity_key
from progsynth.plain import make_tensor
from progsynth.registry import pack
from progsynth.solve import solve
from progsynth.task import Task

ENGINES = ("auto", "interpreter", "python")
IMAGE = parse_type("tensor[1, 2, 2]")


def image(value: float) -> Any:
    return make_tensor(np.full((1, 2, 2), value), IMAGE, "an image")


IMAGES = [image(0), image(0.5), image(1)]

PROGRAMS = {
    "xs[0]": "tensor[1, 2, 2]",
    "xs[-1]": "tensor[1, 2, 2]",
    "reverse(xs)": "list[tensor[1, 2, 2]]",
    "xs[1:]": "list[tensor[1, 2, 2]]",
    "append(xs, xs[0])": "list[tensor[1, 2, 2]]",
    "xs + xs": "list[tensor[1, 2, 2]]",
    "len(xs)": "int",
    "sum([1 for x in xs])": "int",
    "(len(xs), xs[0])": "tuple[int, tensor[1, 2, 2]]",
    "{len(xs): xs[0]}": "dict[int, tensor[1, 2, 2]]",
    "xs[0] if len(xs) > 1 else xs[7]": "tensor[1, 2, 2]",
}


def program(expression: str, result: str) -> Any:
    body = f"    return {expression}\n"
    return read_program(f"def f(xs: list[tensor[1, 2, 2]]) -> {result}:\n{body}", pack())


def shown(found: list[Any]) -> list[Any]:
    """Values and failures so that they can be compared."""
    return [v if isinstance(v, Failure) else identity_key(v) for v in found]


@pytest.mark.parametrize(("expression", "result"), PROGRAMS.items(), ids=PROGRAMS)
def test_the_engines_agree_on_tensors(expression: str, result: str) -> None:
    made = program(expression, result)
    rows = [(IMAGES,), ([],), (IMAGES[:1],)]
    for limits in (Limits(), Limits(fuel=2), Limits(cells=6)):
        wanted = shown([interpret.run(made, row, pack(), limits) for row in rows])
        for engine in ENGINES:
            assert shown(run_rows(made, rows, pack(), limits, engine)) == wanted


def test_tensors_pass_through_programs_as_they_are() -> None:
    for engine in ENGINES:
        (found,) = run_rows(program("xs[1]", str(IMAGE)), [(IMAGES,)], pack(), engine=engine)
        assert found is IMAGES[1]
    (found,) = run_rows(program("reverse(xs)", f"list[{IMAGE}]"), [(IMAGES,)], pack())
    assert [x is y for x, y in zip(found, reversed(IMAGES), strict=True)] == [True] * 3


def test_a_result_of_more_numbers_than_cells_fails() -> None:
    made = program("xs + xs", f"list[{IMAGE}]")
    for engine in ENGINES:
        found = run_rows(made, [(IMAGES,)], pack(), Limits(cells=30), engine)
        assert found == [Failure(FailureKind.MEMORY)]


def test_the_vm_says_that_it_has_no_tensors() -> None:
    made = program("len(xs)", "int")
    if vm.available():
        with pytest.raises(UnsupportedError, match=r"no values of type tensor\[1, 2, 2\]"):
            run_rows(made, [(IMAGES,)], pack(), engine="vm")
    assert "Python engine: the VM has no values of type tensor[1, 2, 2]" in explain(made, pack())
    assert run_rows(made, [(IMAGES,)], pack()) == [3]


@pytest.mark.parametrize("checked", [False, True])
def test_exported_python_takes_tensors(checked: bool, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    made = program("reverse(xs)[0] if len(xs) > 0 else xs[0]", str(IMAGE))
    path.write_text(to_python(made, pack(), checked=checked), encoding="utf-8")
    assert runpy.run_path(os.fspath(path))["f"](IMAGES) is IMAGES[2]


def test_programs_over_tensors_are_printed_and_read() -> None:
    made = program("reverse(xs)", f"list[{IMAGE}]")
    assert read_program(pretty(made, pack()), pack()) == made


def test_a_function_takes_arrays_for_tensors() -> None:
    first = function_of(program("xs[0]", str(IMAGE)), pack())
    batch = np.arange(8.0).reshape(2, 1, 2, 2)
    assert first(batch).tolist() == [[[0, 1], [2, 3]]]
    assert first(list(batch.astype(np.float32))).dtype == np.float32
    with pytest.raises(ProgsynthError, match=r"item 0: expected tensor\[1, 2, 2\], found tensor"):
        first(batch[0])
    with pytest.raises(ProgsynthError, match="expected list"):
        first(3)
    assert engines.widened(batch[0], IMAGE).dtype == np.float32


# ------------------------------------------------------------- primitives that read tensors


@primitive("(image: tensor[1, 2, 2]) -> int", fuel="1")
def brightness(image):
    """Which of three levels the image has."""
    return round(2 * float(image.mean()))


@primitive("(image: tensor[1, 2, 2]) -> tensor[1, 2, 2]", fuel="1")
def inverted(image):
    """The image with light and dark exchanged."""
    return 1 - image


@primitive("(image: tensor[1, 2, 2]) -> tensor[1, 2, 2]", fuel="1")
def broken(image):
    """It breaks its declaration: the type of the items."""
    return image.astype("float64")


def seeing() -> DSL:
    return pack().extend(brightness, inverted, broken)


def test_primitives_may_read_and_make_tensors() -> None:
    text = f"def f(xs: list[{IMAGE}]) -> int:\n    return sum(map(brightness, map(inverted, xs)))\n"
    made = read_program(text, seeing())
    for engine in ENGINES:
        assert run_rows(made, [(IMAGES,), ([],)], seeing(), engine=engine) == [3, 0]


def test_a_primitive_that_makes_other_arrays_is_told() -> None:
    text = f"def f(x: {IMAGE}) -> {IMAGE}:\n    return broken(x)\n"
    for engine in ENGINES:
        with pytest.raises(ProgsynthError, match="primitive 'broken' broke its declaration"):
            run_rows(read_program(text, seeing()), [(IMAGES[0],)], seeing(), engine=engine)


# --------------------------------------------------------------------- evaluating, searching


def test_a_program_is_evaluated_on_tensors() -> None:
    batch = np.stack(IMAGES)
    task = Task.from_pairs(
        "last",
        [(batch, batch[2]), (batch[:2], batch[1]), (batch[:0], batch[0])],
        request=f"list[{IMAGE}] -> {IMAGE}",
    )
    found = evaluate(program("xs[-1]", str(IMAGE)), task.train, pack())
    assert found.right == (True, True, False)
    assert found.failures[2] == Failure(FailureKind.INDEX)
    wrong = evaluate(program("xs[0]", str(IMAGE)), task.train, pack())
    assert wrong.right == (False, False, False) and wrong.errors[:2] == (1.0, 0.5)
    near = compare([image(0.5)], [image(0.5 + 1e-6)], IMAGE, tolerance=1e-5)
    assert near.right == (True,) and near.errors == (0.0,)


def test_a_search_over_tensors_finds_what_is_there() -> None:
    batch = np.stack(IMAGES)
    total = Task.from_pairs(
        "total",
        [(batch, 3), (batch[:2], 1), (batch[2:], 2), (batch[:0], 0)],
        request=f"list[{IMAGE}] -> int",
        pack=pack().extend(brightness),
    )
    found = solve(total, seconds=20)
    assert found.solved and "brightness" in str(found.program)
    last = Task.from_pairs(
        "last",
        [(batch, batch[2]), (batch[:2], batch[1]), (batch[1:2], batch[1])],
        request=f"list[{IMAGE}] -> {IMAGE}",
    )
    assert solve(last, seconds=20).solved
