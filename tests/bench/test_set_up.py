"""Kernels are compiled before a run's first job, once for the same sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from progsynth.bench import run as run_module
from progsynth.bench import set_up
from progsynth.bench.frozen import freeze
from progsynth.bench.plan import Plan
from progsynth.bench.run import run
from progsynth.bench.set_up import compile_for, lacking, warm_up
from progsynth.errors import ProgsynthError
from progsynth.execute import Ended, Job, Lost, Trouble
from progsynth.lang.vm import available

pytestmark = pytest.mark.skipif(not available(), reason="there is nothing to be compiled")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what is compiled."""
    monkeypatch.setenv("PROGSYNTH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_methods_are_lacking_until_they_are_marked_with_these_sources(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "machine", lambda: None)
    set_up.search_cache.kernels().mark_complete()
    set_up.flat_cache.kernels().mark_complete()
    warmed: list[str] = []
    monkeypatch.setattr(set_up, "warm_up", warmed.append)
    methods = ("bottom_up", "genetic", "mine.module:search")
    assert lacking(methods) == ("bottom_up", "genetic")
    set_up._compile(("genetic",))
    assert (warmed, lacking(methods)) == (["genetic"], ("bottom_up",))
    monkeypatch.setattr(set_up, "source_digest", lambda: "another")
    assert lacking(methods) == ("bottom_up", "genetic")


def test_every_method_of_ours_is_warmed_up() -> None:
    assert {"auto", "portfolio", "bottom_up", "genetic"} <= set(set_up._TRIALS)
    assert {"flat_genetic", "best_first", "random", "enumeration"} <= set(set_up._TRIALS)
    warm_up("enumeration")  # an unsolved trial is no error


def test_what_cannot_be_compiled_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, workers: int) -> None: ...

        def __enter__(self) -> Broken:
            return self

        def __exit__(self, *_: object) -> None: ...

        def map(self, jobs: Sequence[Job]) -> list[Ended]:
            return [Lost(Trouble.DIED, "its process was killed", 1.0) for _ in jobs]

    monkeypatch.setattr(set_up, "Processes", Broken)
    with pytest.raises(ProgsynthError, match="could not be compiled: its process was killed"):
        compile_for(("bottom_up",))


@pytest.mark.usefixtures("quick_digests")
def test_a_run_compiles_before_its_first_job(
    cache: Path, task_file: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []

    def starting(job: object) -> None:
        told.append("job")
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "compile_for", told.append)
    frozen = freeze(Plan(suites=(task_file(),), methods=("bottom_up",), seconds=5))
    jobs = run(
        frozen,
        tmp_path / "x",
        on_begin=lambda begun: told.append("begun"),
        on_compiling=lambda: told.append("compiling"),
        on_start=starting,
    )
    with pytest.raises(KeyboardInterrupt):
        next(jobs)
    assert told == ["begun", "compiling", ("bottom_up",), "job"]
