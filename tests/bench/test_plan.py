"""Plans: from TOML, refused where they make no sense, frozen with hashes of what they stand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from progsynth.bench import frozen as frozen_module
from progsynth.bench.digests import pack_digest, suite_checksum, task_checksum
from progsynth.bench.frozen import claim, freeze, read_manifest
from progsynth.bench.plan import Plan, read_plan
from progsynth.errors import ProgsynthError
from progsynth.lang.primitive import primitive
from progsynth.registry import pack, suite
from progsynth.task import Suite, Task

pytestmark = pytest.mark.usefixtures("quick_digests")


def plan_of(tmp_path: Path, text: str) -> Plan:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return Plan(**read_plan(path))


def test_a_plan_in_toml_says_what_the_options_say(tmp_path: Path) -> None:
    text = 'suites = ["demo"]\nmethods = ["genetic"]\nseeds = 3\nexecutions = 1000\nworkers = 2\n'
    expected = Plan(
        suites=("demo",),
        methods=("genetic",),
        seeds=(0, 1, 2),
        seconds=None,
        executions=1000,
        workers=2,
    )
    assert plan_of(tmp_path, text) == expected
    assert plan_of(tmp_path, text + "seconds = 5\n").seconds == 5
    assert plan_of(tmp_path, text.replace("3", "[4, 7]")).seeds == (4, 7)


def test_a_budget_of_programs_takes_the_place_of_seconds(tmp_path: Path) -> None:
    text = 'suites = ["demo"]\nmethods = ["genetic"]\nprograms = 1_000_000\n'
    plan = plan_of(tmp_path, text)
    assert (plan.seconds, plan.programs) == (None, 1_000_000)
    assert plan.as_json()["programs"] == 1_000_000


def test_a_plan_without_a_budget_of_programs_has_the_digest_it_had_before_there_was_one() -> None:
    plan = Plan(suites=("demo",), methods=("genetic",))
    assert "programs" not in plan.as_json()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tasks.sort]\nseconds = 90\n", "'tasks' is a table: a plan has no options for single"),
        ('[[options]]\ntask = "sort"\n', "'options' is a table: a plan has no options for single"),
        ("second = 5\n", "no key 'second' in a plan; did you mean 'seconds'"),
        ('seconds = "5"\n', "seconds: expected a number, found '5'"),
        ("workers = true\n", "workers: expected a whole number, found True"),
        ("suites = [\n", "is no TOML"),
    ],
)
def test_plans_that_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProgsynthError, match=r"plan\.toml: ") as caught:
        plan_of(tmp_path, text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"suites": ()}, "a plan needs suites"),
        ({"methods": ("genetic", "genetic")}, "methods: genetic is there twice"),
        ({"seconds": None}, "a plan needs a bound"),
        ({"seconds": 0.0}, "seconds: expected a number above 0"),
        ({"executions": 0}, "executions: expected a whole number from 1"),
        ({"programs": 0}, "programs: expected a whole number from 1"),
        ({"workers": 0}, "workers: expected"),
        ({"quick": True, "tasks": ("sort",)}, "not both"),
        ({"limit": 60.0}, "limit: expected more than the 60 seconds"),
    ],
)
def test_plans_that_make_no_sense(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ProgsynthError, match=said):
        Plan(**{"suites": ("demo",), "methods": ("genetic",), **changed})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"suites": ("demos",)}, "no suite 'demos'; did you mean 'demo'"),
        ({"suites": ("nowhere.json",)}, "nowhere.json: no such file"),
        ({"methods": ("genetc",)}, "no method 'genetc'; did you mean 'genetic'"),
        ({"methods": ("no_module:search",)}, "the method 'no_module:search' cannot be loaded"),
        ({"methods": ("json:__doc__",)}, "expected a function of a problem and a seed"),
        ({"tasks": ("initals",)}, "no task 'initals' in demo; did you mean 'initials'"),
    ],
)
def test_names_that_are_not_known(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ProgsynthError, match=said):
        freeze(Plan(**{"suites": ("demo",), "methods": ("genetic",), **changed}))


def test_jobs_go_seed_by_seed_and_stand_for_the_tasks_chosen() -> None:
    plan = Plan(
        suites=("demo",), methods=("genetic", "random"), seeds=(0, 1), tasks=("mean", "initials")
    )
    keys = [(job.seed, job.chosen.task.name, job.method) for job in freeze(plan).jobs]
    assert keys == [
        (seed, task, method)
        for seed in (0, 1)
        for task in ("initials", "mean")  # as in the suite
        for method in ("genetic", "random")
    ]


def test_a_quick_run_takes_the_quick_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = tuple(Task.from_pairs(name, [(1, 1), (2, 2)]) for name in ("a", "b", "c"))
    found = {"three": Suite("three", tasks, quick=("c", "a")), "none": Suite("none", tasks)}
    monkeypatch.setattr(frozen_module, "suite_or_file", found.__getitem__)
    plan = Plan(suites=("three",), methods=("bottom_up",), quick=True)
    assert [chosen.task.name for chosen in freeze(plan).chosen] == ["c", "a"]
    with pytest.raises(ProgsynthError, match="'none' has no quick subset"):
        freeze(replace(plan, suites=("none",)))


def test_a_plan_may_name_another_pack_and_hold_examples_out(
    task_file: Callable[..., str],
) -> None:
    pairs = [{"inputs": [n], "output": 2 * n} for n in range(6)]
    bare = {"name": "bare", "request": "int -> int", "examples": pairs}
    tested = {**bare, "name": "tested", "test": [{"inputs": [50], "output": 100}]}
    file = task_file(bare, tested)
    plan = Plan(suites=(file,), methods=("bottom_up",), pack="lambdabeam", held_out=2)
    one, other = (chosen.task for chosen in freeze(plan).chosen)
    assert [e.inputs for e in one.test] == [(4,), (5,)] and len(one.train) == 4
    assert [e.inputs for e in other.test] == [(50,)] and len(other.train) == 6
    assert {chosen.pack for chosen in freeze(plan).chosen} == {"lambdabeam"}
    with pytest.raises(ProgsynthError, match="task 'bare': 6 of its examples are to be held out"):
        freeze(replace(plan, held_out=6))
    with pytest.raises(ProgsynthError, match="no language pack is named 'lambdabean'"):
        freeze(replace(plan, pack="lambdabean"))


def test_a_task_that_cannot_be_sent_to_a_worker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task.from_pairs("own", [(1, 1)], error=lambda expected, found: 1.0)
    monkeypatch.setattr(frozen_module, "suite_or_file", lambda name: Suite("own", (task,)))
    with pytest.raises(ProgsynthError, match="task 'own': it cannot be sent to another process"):
        freeze(Plan(suites=("own",), methods=("bottom_up",)))


# -------------------------------------------------------------------------------- digests


def test_what_changes_the_experiment_changes_the_digest(
    task_file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(suites=(task_file(),), methods=("bottom_up",))
    first = freeze(plan)
    assert freeze(plan).digest == first.digest
    others = [
        freeze(replace(plan, seconds=61, limit=0)),
        freeze(replace(plan, methods=("genetic",))),
        freeze(replace(plan, seeds=(1,))),
    ]
    monkeypatch.setattr(frozen_module, "pack_digest", lambda dsl: "another")
    others.append(freeze(plan))
    assert len({first.digest, *(other.digest for other in others)}) == 5


def test_one_test_example_makes_another_task() -> None:
    task = suite("demo")["mean"]
    other = replace(task, test=task.test[1:])
    assert task_checksum(other) != task_checksum(task)
    assert suite_checksum(Suite("s", (task,))) != suite_checksum(Suite("s", (other,)))
    renewed = Task.from_examples(
        task.name,
        task.train,
        request=task.request,
        validation=task.validation,
        test=task.test,
        **{name: getattr(task, name) for name in ("constants", "tolerance", "withheld")},
    )
    assert task_checksum(renewed) == task_checksum(task)


def test_what_a_primitive_does_is_in_the_digest_of_its_pack() -> None:
    @primitive("(x: int) -> int", name="step")
    def up(x: int) -> int:
        """Steps."""
        return x + 1

    @primitive("(x: int) -> int", name="step")
    def down(x: int) -> int:
        """Steps."""
        return x + 2

    one, other = pack().extend(up), pack().extend(down)
    assert len({pack_digest(dsl) for dsl in (pack(), one, other)}) == 3
    assert pack_digest(pack().extend(up)) == pack_digest(one)


# -------------------------------------------------------------------------------- folders


def test_a_folder_is_claimed_once_and_known_again(
    task_file: Callable[..., str], tmp_path: Path
) -> None:
    frozen = freeze(Plan(suites=(task_file(),), methods=("bottom_up",)))
    folder = tmp_path / "runs" / "x"
    claim(folder, frozen)
    claim(folder, frozen)
    assert read_manifest(folder) == frozen.as_json()
    (folder / "plan.json").write_text('{"digest": "d"}')
    with pytest.raises(ProgsynthError, match=r"plan\.json: is damaged: it has no 'plan'"):
        claim(folder, frozen)
    (folder / "plan.json").write_text('{"digest": "d"')
    with pytest.raises(ProgsynthError, match=r"plan\.json: is damaged: Expecting ',' delimiter"):
        claim(folder, frozen)


def test_folders_that_cannot_be_used(task_file: Callable[..., str], tmp_path: Path) -> None:
    frozen = freeze(Plan(suites=(task_file(),), methods=("bottom_up",)))
    (tmp_path / "file").write_text("")
    with pytest.raises(ProgsynthError, match="file/x: cannot be used: Not a directory"):
        claim(tmp_path / "file" / "x", frozen)
    with pytest.raises(ProgsynthError, match="expected a folder for the run, found a file"):
        claim(tmp_path / "file", frozen)
    with pytest.raises(ProgsynthError, match="is not empty and holds no run"):
        claim(tmp_path, frozen)
    with pytest.raises(ProgsynthError, match="holds no run"):
        read_manifest(tmp_path)
