"""The perception suite: answers recomputed from labels, splits apart, cards, sources of images."""

from __future__ import annotations

import gzip
import math
import struct
import tomllib
from collections import Counter
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from progsynth.tasks.perception.generate import Source, longer, make, make_tasks
from progsynth.tasks.perception.pictures import deck, images
from progsynth.tasks.perception.sequences import cheapest_path
from progsynth.tasks.perception.toys import signs, toys
from progsynth.tasks.perception.waves import FULL, KINDS

from progsynth.errors import TaskError, UnsupportedError
from progsynth.lang.values import Value, identity_key
from progsynth.registry import suite, suite_card
from progsynth.request import request_text
from progsynth.task import Suite, Task

pytest.importorskip("sklearn", reason="the digits are scikit-learn's: pip install progsynth[data]")

FOLDER = resources.files("progsynth.tasks.perception")
CARD = tomllib.loads((FOLDER / "suite.toml").read_text(encoding="utf-8"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")
KINDS_OF_EXAMPLES = ("train", "validation", "test")


@pytest.fixture(scope="module")
def perception() -> Suite:
    found: Suite = suite("perception")
    return found


@pytest.fixture(scope="module")
def labels() -> dict[bytes, int]:
    """What each image shows: a digit, on a sign or not, or a toy."""
    made: dict[bytes, int] = {}
    for split in KINDS_OF_EXAMPLES:
        cards = deck(Source(), split)
        for shown in (cards, signs(cards, split), toys(8, split)):
            for label, some in enumerate(shown.by_digit):
                made.update((image.tobytes(), label) for image in some)
    return made


def number(digits: list[int]) -> int:
    return sum(digit * 10**place for place, digit in enumerate(reversed(digits)))


def path_cost(costs: list[list[int]]) -> int:
    graph = nx.grid_2d_graph(len(costs), len(costs), create_using=nx.DiGraph)
    for _, (row, column), edge in graph.edges(data=True):
        edge["weight"] = costs[row][column] + 1
    end = (len(costs) - 1, len(costs) - 1)
    return costs[0][0] + 1 + nx.shortest_path_length(graph, (0, 0), end, weight="weight")


ANSWERS: dict[str, Callable[..., Any]] = {
    "recognise": lambda x: x,
    "is it 3": lambda x: x == 3,
    "is it 7": lambda x: x == 7,
    "not 3 or 4": lambda x: x not in (3, 4),
    **{f"sum of {n}": sum for n in (2, 3, 4)},
    **{
        f"addition of numbers of {n} digit{'s' * (n > 1)}": lambda x, y: number(x) + number(y)
        for n in (1, 2, 4, 15)
    },
    "product of two": lambda x, y: x * y,
    "remainder": lambda x, y: x % y,
    "sum modulo 3": lambda x, y: (x + y) % 3,
    "add and subtract": lambda x, y, z: x + y - z,
    "less than": lambda x, y: x < y,
    "equal": lambda x, y: x == y,
    "count of 3": lambda xs: xs.count(3),
    "count of 3 or 4": lambda xs: sum(x in (3, 4) for x in xs),
    "sort": sorted,
    "maximum": max,
    "most common": lambda xs: max(set(xs), key=xs.count),
    "which toy": lambda x: x,
    "is it a ring": lambda x: x == 2,
    "count of rings": lambda xs: xs.count(2),
    "sum of toys": sum,
    "count of 7 in longer lists": lambda xs: xs.count(7),
    "sum of longer lists": sum,
    "cheapest path through tiles": path_cost,
    "speed on a sign": lambda x: 10.0 * x,
    "speeds along a street": lambda xs: 10.0 * sum(xs),
}
GENERATED = (
    *("windows with a beep", "reviews that praise", "clips that go right", "solid bodies"),
    "what an animal does",
    *("loudness of a signal", "turns of a tap"),
)


def shown(value: Value, labels: dict[bytes, int]) -> Any:
    if isinstance(value, list):
        return [shown(item, labels) for item in value]
    return labels[value.tobytes()]


def lengths(task: Task, kind: str) -> set[int]:
    return {len(e.inputs[0]) for e in getattr(task, kind)}


def test_it_has_the_tasks_that_its_page_and_its_card_name(perception: Suite) -> None:
    assert {task.name for task in perception} == {*ANSWERS, *GENERATED}
    num_lines = README.count("\n| ") - 6 - 1  # but for heads, rules and the sources' table
    assert num_lines == len(perception.tasks)
    assert f"\n{len(perception)} tasks" in README
    assert {request_text(task.request) for task in perception} == set(CARD["requests"])
    for task in perception:
        counts = "splits_of_generated_inputs" if task.name in GENERATED else "splits"
        assert {k: len(getattr(task, k)) for k in KINDS_OF_EXAMPLES} == CARD[counts]
        assert task.description and task.params and task.neural
        assert f"| {task.name} | `{request_text(task.request)}` | {task.accuracy:.0%} |" in README


def test_the_page_has_the_majority_of_each_task(perception: Suite) -> None:
    for task in perception:
        keys = [identity_key(e.output) for e in task.train]
        ((most, _),) = Counter(keys).most_common(1)
        share = sum(identity_key(e.output) == most for e in task.test) / len(task.test)
        (line,) = (row for row in README.splitlines() if row.startswith(f"| {task.name} |"))
        assert line.endswith(f"| {share:.1%} |"), task.name


def test_answers_are_those_of_what_is_shown(perception: Suite, labels: dict[bytes, int]) -> None:
    for name, answer in ANSWERS.items():
        for kind in KINDS_OF_EXAMPLES:
            for example in getattr(perception[name], kind)[:60]:
                given = [shown(value, labels) for value in example.inputs]
                assert example.output == answer(*given), name


def test_no_input_of_a_test_is_in_another_example(perception: Suite) -> None:
    def tensors(value: Value) -> set[Any]:
        if isinstance(value, list):
            return set().union(*map(tensors, value)) if value else set()
        return {value if isinstance(value, str | float) else value.tobytes()}

    for task in perception:
        if task.name == "reviews that praise":  # few words make few sentences
            continue
        seen = [
            set().union(*(tensors(v) for e in getattr(task, kind) for v in e.inputs))
            for kind in KINDS_OF_EXAMPLES
        ]
        assert not seen[2] & (seen[0] | seen[1]), task.name


def test_tests_are_longer_where_the_page_says_so(perception: Suite) -> None:
    for name in ("count of rings", "sum of toys", "sum of longer lists", "speeds along a street"):
        assert lengths(perception[name], "train") == {2, 3, 4, 5}
        assert lengths(perception[name], "test") == {6, 7, 8}
    assert lengths(perception["cheapest path through tiles"], "test") == {4, 5}
    assert lengths(perception["addition of numbers of 15 digits"], "test") == {15}


@pytest.mark.parametrize("name", ["sum of longer lists", "count of rings", "sort"])
def test_lists_of_fifty(name: str, labels: dict[bytes, int]) -> None:
    for example in longer(name, count=5):
        (given,) = (shown(value, labels) for value in example.inputs)
        assert len(given) == 50
        assert example.output == ANSWERS[name](given)
    with pytest.raises(TaskError, match="no task 'recognise' on lists of any length"):
        longer("recognise")


@pytest.mark.slow
def test_a_seed_draws_other_examples_of_the_same_images(perception: Suite) -> None:
    other = make(1)
    assert [t.name for t in other] == [t.name for t in perception]
    for one, another in zip(perception, other, strict=True):
        assert one.test != another.test
    assert longer("sum of 2", 3, seed=0) == longer("sum of 2", 3, seed=0)


def test_quick_tasks_are_few_and_there(perception: Suite) -> None:
    assert perception.quick == tuple(suite_card("progsynth.tasks.perception")["quick"])
    assert 5 <= len(perception.subset(perception.quick)) <= 8


def test_half_of_the_questions_are_answered_yes(perception: Suite) -> None:
    for task in perception:
        if str(task.result) == "bool":
            share = np.mean([e.output for e in task.train])
            assert 0.4 < share < 0.6, task.name


def test_trajectories_have_a_majority_that_is_said(perception: Suite) -> None:
    outputs = Counter(e.output for e in perception["what an animal does"].train)
    assert set(outputs) == set(range(len(KINDS)))
    assert 0.4 < outputs[0] / 300 < 0.6
    assert "50, 30 and 20%" in README


def test_answers_of_loops_are_those_of_the_formulas(perception: Suite) -> None:
    for example in (*perception["loudness of a signal"].train, *perception["turns of a tap"].test):
        (given,) = example.inputs
        if isinstance(given, float):
            assert example.output == math.ceil(given - FULL)
        else:
            powers = [x * x * 0.6**n for n, x in enumerate(reversed(given))]
            assert example.output == pytest.approx(sum(powers))


def test_loops_go_ten_times_as_far_in_tests(perception: Suite) -> None:
    assert lengths(perception["loudness of a signal"], "train") == {1, 2, 3, 4, 5}
    assert lengths(perception["loudness of a signal"], "test") == {50}
    tap = perception["turns of a tap"]
    assert {e.output for e in tap.train} == {0, 1, 2, 3, 4}
    assert min(e.output for e in tap.test) >= 39


def test_the_cheapest_path_is_found() -> None:
    assert cheapest_path([[0]]) == 1
    assert cheapest_path([[0, 9, 0], [0, 9, 0], [0, 0, 0]]) == 5
    assert cheapest_path([[1, 2], [9, 3]]) == 2 + 3 + 4


# --------------------------------------------------------------------------- other images


def idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return b"\x00\x00\x08" + bytes([array.ndim]) + sizes + array.astype(np.uint8).tobytes()


def mnist(folder: Path, *, packed: bool, num_train: int = 10_040) -> None:
    """A folder with as many files as MNIST has, of images that show their label's grey."""
    for part, count in (("train", num_train), ("t10k", 40)):
        y_N = np.arange(count) % 10
        x_NHW = np.broadcast_to(y_N[:, None, None] * 25, (count, 28, 28))
        for name, data in ((f"{part}-images-idx3", x_NHW), (f"{part}-labels-idx1", y_N)):
            path = folder / f"{name}-ubyte{'.gz' * packed}"
            path.write_bytes(gzip.compress(idx(data), 1) if packed else idx(data))


@pytest.mark.parametrize("packed", [True, False])
def test_all_of_mnist_is_read_from_a_folder(packed: bool, tmp_path: Path) -> None:
    mnist(tmp_path, packed=packed)
    source = Source("mnist", str(tmp_path))
    sizes = {"train": 40, "validation": 10_000, "test": 40}
    for split, size in sizes.items():
        x_NCHW, y_N = images(source, split)
        assert x_NCHW.shape == (size, 1, 28, 28) and x_NCHW.dtype == np.float32
        assert np.allclose(x_NCHW[:, 0, 0, 0] * 255, y_N * 25)


def test_files_that_are_wrong_are_told(tmp_path: Path) -> None:
    source = Source("mnist", str(tmp_path))
    with pytest.raises(UnsupportedError, match="t10k-images-idx3-ubyte: cannot be read"):
        images(source, "test")
    mnist(tmp_path, packed=False, num_train=10)
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(TaskError, match="expected a whole IDX file of bytes in 3 dimension"):
        images(source, "test")
    path.write_bytes(idx(np.zeros((3, 28, 28))))
    with pytest.raises(TaskError, match="40 labels, 3 images"):
        images(source, "test")


def test_a_source_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROGSYNTH_DATA", raising=False)
    with pytest.raises(UnsupportedError, match="set PROGSYNTH_DATA to the folder of benchmark"):
        images(Source("mnist10k"), "train")
    with pytest.raises(UnsupportedError, match="the images of mnist are not there"):
        images(Source("mnist", "no/such/folder"), "test")
    with pytest.raises(TaskError, match="source: expected one of digits, mnist10k, mnist"):
        Source("emnist")
    with pytest.raises(TaskError, match="split: expected one of"):
        images(Source(), "training")


def test_the_ten_thousand_of_mnist(data_folder: Path) -> None:
    if not (data_folder / "mnist10k").is_dir():
        pytest.skip("the folder of benchmark data has no mnist10k")
    source = Source("mnist10k", str(data_folder / "mnist10k"))
    seen: Counter[bytes] = Counter()
    for split, size in {"train": 7000, "validation": 1000, "test": 2000}.items():
        x_NCHW, y_N = images(source, split)
        assert abs(len(y_N) - size) <= 5 and x_NCHW.shape[1:] == (1, 28, 28)
        counts = np.bincount(y_N, minlength=10) / len(y_N)
        assert counts.min() > 0.08 and counts.max() < 0.12
        seen.update(x.tobytes() for x in x_NCHW)
    assert seen.total() == 10_000


@pytest.mark.slow
def test_tasks_on_larger_images(data_folder: Path) -> None:
    source = Source("mnist10k", str(data_folder / "mnist10k"))
    (found,) = make_tasks(source=source, only=["sum of 2"])
    assert len(found.train) == 4000
    assert str(found.types[0]) == "list[tensor[1, 28, 28]]"
    assert "tensor[1, 28, 28]" in found.neural[0]


def test_a_few_tasks_are_those_of_the_whole_suite(perception: Suite) -> None:
    names = ["sum of toys", "solid bodies"]
    assert make_tasks(only=names) == tuple(perception[name] for name in names)
    with pytest.raises(TaskError, match="no task 'sum of 22' in perception; did you mean"):
        make_tasks(only=["sum of 22"])
