"""The demo's suite: what is committed is what its generator makes, and what its card says."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from importlib import resources

from progsynth.tasks.demo.generate import generate

from progsynth.registry import suite
from progsynth.request import request_text
from progsynth.task_formats import tasks_to_text

FOLDER = resources.files("progsynth.tasks.demo")


def test_the_committed_tasks_are_the_generated_ones() -> None:
    assert (FOLDER / "tasks.json").read_text(encoding="utf-8") == tasks_to_text(generate())


def test_the_suite_is_found_by_name() -> None:
    demo = suite("demo")
    assert demo.tasks == generate()
    assert any(task.sketch for task in demo)


def test_the_card_says_what_is_there() -> None:
    card = tomllib.loads((FOLDER / "suite.toml").read_text(encoding="utf-8"))
    data = (FOLDER / card["file"]).read_bytes()
    assert card["sha256"] == sha256(data).hexdigest()
    for task in suite("demo"):
        assert request_text(task.request) in card["requests"]
        sizes = {kind: len(getattr(task, kind)) for kind in ("train", "validation", "test")}
        assert sizes == card["splits"]
