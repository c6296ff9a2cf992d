"""The digits suite: images split once and for all, lists of them, and what its card says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from hashlib import sha256
from importlib import resources
from typing import Any

import numpy as np
import pytest
from progsynth.tasks.digits import images as module
from progsynth.tasks.digits.generate import LENGTHS, images, make_tasks, sum_of_two, sums

from progsynth.errors import TaskError, UnsupportedError
from progsynth.registry import suite, suites
from progsynth.request import request_text
from progsynth.task import Example, Suite, Task
from progsynth.task_formats import read_tasks, write_tasks

FOLDER = resources.files("progsynth.tasks.digits")
CARD = tomllib.loads((FOLDER / "suite.toml").read_text(encoding="utf-8"))
KINDS = ("train", "validation", "test")

needs_images = pytest.mark.skipif(
    module.load_digits is None, reason="scikit-learn is not installed: pip install progsynth[data]"
)


@pytest.fixture(scope="module")
def digits() -> Suite:
    found: Suite = suite("digits")
    return found


def digit_of() -> dict[bytes, int]:
    """The digit that each image shows, by its bytes."""
    made = {}
    for split in KINDS:
        x_NCHW, y_N = images(split)
        made.update({x.tobytes(): int(y) for x, y in zip(x_NCHW, y_N, strict=True)})
    return made


def read(example: Example, known: dict[bytes, int]) -> list[int]:
    return [known[image.tobytes()] for image in example.inputs[0]]


def test_the_suite_is_listed_whether_or_not_it_can_be_made() -> None:
    assert "digits" in suites()


def test_without_scikit_learn_it_says_what_to_install() -> None:
    code = """
import sys
sys.modules["sklearn"] = None
import progsynth as ps
assert "digits" in ps.suites()
try:
    ps.suite("digits")
except ps.errors.UnsupportedError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "the suite 'digits' needs scikit-learn, which carries its images: "
        "pip install 'progsynth[data]'\n"
    )


def test_an_unknown_split_is_told() -> None:
    with pytest.raises(TaskError, match="split: expected one of train, validation, test, found"):
        images("training")


def test_images_without_scikit_learn_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_digits", None)
    with pytest.raises(UnsupportedError, match="scikit-learn"):
        images("train")


@needs_images
def test_the_images_are_those_of_the_card() -> None:
    known = module.load_digits()
    data = known.images.astype(np.uint8).tobytes() + known.target.astype(np.uint8).tobytes()
    assert sha256(data).hexdigest() == CARD["sha256"]
    assert {split: len(images(split)[1]) for split in KINDS} == CARD["images"]


@needs_images
def test_the_splits_are_disjoint_stratified_and_all_there_is() -> None:
    seen: Counter[bytes] = Counter()
    for split in KINDS:
        x_NCHW, y_N = images(split)
        assert x_NCHW.shape[1:] == (1, 8, 8) and x_NCHW.dtype == np.float32
        assert (x_NCHW.min(), x_NCHW.max()) == (0.0, 1.0)
        assert y_N.dtype == np.int64
        counts = np.bincount(y_N, minlength=10)
        assert counts.max() - counts.min() <= 8
        seen.update(x.tobytes() for x in x_NCHW)
    assert len(seen) == 1797 and set(seen.values()) == {1}


@needs_images
def test_a_seed_shuffles_a_split_and_moves_nothing_between_splits() -> None:
    first, again, other = images("test"), images("test", seed=0), images("test", seed=1)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])
    assert {x.tobytes() for x in first[0]} == {x.tobytes() for x in other[0]}


@needs_images
def test_answers_are_those_of_the_digits_shown(digits: Suite) -> None:
    known = digit_of()
    answers: dict[str, Any] = {
        "sum of two digits": sum,
        "largest digit": max,
        "count of threes": lambda found: found.count(3),
    }
    assert {task.name for task in digits} == set(answers)
    for task in digits:
        for example in (*task.train, *task.validation, *task.test):
            assert example.output == answers[task.name](read(example, known))


@needs_images
def test_no_image_of_a_test_list_is_in_another_list(digits: Suite) -> None:
    splits = {split: {x.tobytes() for x in images(split)[0]} for split in KINDS}
    for task in digits:
        for split in KINDS:
            lists = [example.inputs[0] for example in getattr(task, split)]
            assert {image.tobytes() for some in lists for image in some} <= splits[split]


@needs_images
def test_lists_have_the_lengths_and_numbers_of_threes_stated(digits: Suite) -> None:
    known = digit_of()
    assert {len(e.inputs[0]) for e in digits["sum of two digits"].train} == {2}
    for name in ("largest digit", "count of threes"):
        for split in KINDS:
            lengths = Counter(len(e.inputs[0]) for e in getattr(digits[name], split))
            assert set(lengths) == set(LENGTHS) and len(set(lengths.values())) == 1
    of_two = [e for e in digits["count of threes"].test if len(e.inputs[0]) == 2]
    assert {read(e, known).count(3) for e in of_two} == {0, 1, 2}


@needs_images
def test_seeds_draw_other_lists() -> None:
    first, other = make_tasks(), make_tasks(seed=1)
    assert [task.name for task in first] == [task.name for task in other]
    for one, two in zip(first, other, strict=True):
        for split in KINDS:
            assert getattr(one, split) != getattr(two, split)
            assert len(getattr(one, split)) == len(getattr(two, split))
    assert sum_of_two(pairs=30).train == first[0].train[:30]


@needs_images
def test_longer_sums_use_test_images_evenly() -> None:
    known = digit_of()
    test_images = {x.tobytes() for x in images("test")[0]}
    drawn = sums(7, count=100)
    used = Counter(image.tobytes() for example in drawn for image in example.inputs[0])
    assert set(used) == test_images and set(used.values()) <= {1, 2}
    assert all(example.output == sum(read(example, known)) for example in drawn)
    assert sums(7, count=100, seed=1) != drawn


@needs_images
def test_the_card_says_what_is_there(digits: Suite) -> None:
    for task in digits:
        assert request_text(task.request) in CARD["requests"]
        assert {kind: len(getattr(task, kind)) for kind in KINDS} == CARD["splits"][task.name]
        (digit,) = task.submodules
        assert (digit.name, str(digit.result)) == ("digit", "choice[10]")


@needs_images
def test_the_page_states_the_baseline(digits: Suite) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for task in digits:
        most = majority(task)
        right = sum(example.output == most for example in task.test) / len(task.test)
        row = re.search(rf"\| {task.name} \|(.*)\|", page)
        assert row
        *_, asked, stated = row[1].split("|")
        assert asked.strip() == f"{task.accuracy:.0%}"
        assert stated.split()[0] == f"{right:.1%}"


def majority(task: Task) -> int:
    """The most frequent training output, the first to reach that count."""
    found: int = Counter(example.output for example in task.train).most_common(1)[0][0]
    return found


@needs_images
def test_the_suite_goes_through_a_file(digits: Suite, tmp_path: Any) -> None:
    small = [sum_of_two(pairs=40), digits["largest digit"]]
    path = tmp_path / "digits.json"
    write_tasks(path, small)
    assert read_tasks(path).tasks == tuple(small)
    first = json.loads(path.read_text(encoding="utf-8"))[0]["examples"][0]["inputs"][0][0]
    assert first["shape"] == [1, 8, 8] and len(first["$tensor"]) == 64
