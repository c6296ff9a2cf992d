"""Results in folders: what was saved runs again, with program, weights, config and scores."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from progsynth.errors import ProgsynthError, TaskError, UnsupportedError
from progsynth.lang.failure import Failure, FailureKind
from progsynth.neural import Config, Network, make_network
from progsynth.registry import pack
from progsynth.solve import Result, solve
from progsynth.solving.result import Missed
from progsynth.task import Task

from .test_networks import LEVEL, SMALL, TOTALS, XS, level_network, levels, solved

EXAMPLES = [(row,) for row in XS]


def found() -> Result:
    return solved(levels(), networks={"level": level_network()})


def test_what_was_saved_runs_again_in_another_process(tmp_path: Path) -> None:
    made = found()
    made.save(tmp_path / "kept")
    assert sorted(p.name for p in (tmp_path / "kept").iterdir()) == [
        "level.safetensors",
        "result.json",
    ]
    back = Result.load(tmp_path / "kept", dsl=SMALL)
    assert replace(back, seconds=made.seconds, searches=made.searches) == made
    assert [back.function(row) for (row,) in EXAMPLES] == TOTALS
    assert back.evaluate(levels().train).right == (True,) * len(XS)
    assert back.networks["level"].recipe == made.networks["level"].recipe
    code = f"""
from progsynth.registry import pack
from progsynth.solve import Result
kept = Result.load({str(tmp_path / "kept")!r}, dsl=pack())
print(kept.function([[1.0], [2.0]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "3\n", done.stderr


def test_the_config_of_a_network_comes_back(tmp_path: Path) -> None:
    config = Config(width=5, dropout=0.1, optimiser="sgd", learning_rate=0.2)
    declared = level_network().declaration
    network = make_network(declared, seed=3, config=config)
    made = replace(found(), networks={"level": network})
    made.save(tmp_path)
    back = Result.load(tmp_path, dsl=SMALL).networks["level"]
    assert back.config == config
    x_B = torch.ones(2, 1)
    assert torch.equal(back(x_B), network(x_B))


def test_a_partial_result_keeps_what_it_fails(tmp_path: Path) -> None:
    task = Task.from_pairs("riddle", [(1, 17), (2, -9), (5, 3)])
    made = solve(task, seconds=None, executions=300)
    assert not made.solved and made.program is not None
    made.save(tmp_path)
    back = Result.load(tmp_path)
    assert (back.solved, back.stop_reason, back.advice) == (
        False,
        made.stop_reason,
        made.advice,
    )
    assert back.failed == made.failed and len(back.failed) > 0
    assert back.accuracy == made.accuracy


def test_failures_of_programs_are_kept_as_such(tmp_path: Path) -> None:
    made = found()
    (first, *_) = levels(outputs=[9, *TOTALS[1:]]).train
    missed = Missed(first.inputs, 9, Failure(FailureKind.INDEX))
    replace(made, failed=(missed,) * 7).save(tmp_path)
    back = Result.load(tmp_path, dsl=SMALL)
    assert len(back.failed) == 5
    assert back.failed[0].got == missed.got
    assert np.array_equal(back.failed[0].inputs[0], missed.inputs[0])


def test_a_pack_of_one_s_own_is_given_when_loading(tmp_path: Path) -> None:
    made = found()
    made.save(tmp_path)
    data = json.loads((tmp_path / "result.json").read_text())
    assert data["task"]["pack"] == SMALL.name
    with pytest.raises(ProgsynthError, match="no language pack is named 'small'"):
        Result.load(tmp_path)
    assert Result.load(tmp_path, dsl=SMALL).function([[2.0]]) == 2
    assert Result.load(tmp_path, dsl=pack()).function([[2.0]]) == 2


def test_what_is_no_result_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="no such file"):
        Result.load(tmp_path / "nowhere")
    record = tmp_path / "result.json"
    record.write_text("{")
    with pytest.raises(ProgsynthError, match="no JSON"):
        Result.load(tmp_path)
    record.write_text("[]")
    with pytest.raises(ProgsynthError, match=r"no result that `Result\.save` wrote"):
        Result.load(tmp_path)
    record.write_text('{"format": "progsynth result", "format_version": 9}')
    with pytest.raises(UnsupportedError, match="version 9 by a newer progsynth"):
        Result.load(tmp_path)
    made = found()
    made.save(tmp_path)
    (tmp_path / "level.safetensors").unlink()
    with pytest.raises(ProgsynthError, match=r"level\.safetensors: the network cannot be read"):
        Result.load(tmp_path, dsl=SMALL)
    with pytest.raises(ProgsynthError, match="cannot be written"):
        made.save(record)


def test_a_result_without_a_program_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(ProgsynthError, match="has no program"):
        replace(found(), _found=None).save(tmp_path / "none")
    assert not (tmp_path / "none").exists()


# ------------------------------------------------------------------------------- the module


def test_the_module_runs_the_program_and_holds_its_weights() -> None:
    made = found()
    module = made.module
    assert isinstance(module, torch.nn.Module)
    assert module(EXAMPLES) == TOTALS
    assert set(module.state_dict()) >= {"networks.level.last.weight"}
    assert isinstance(module.networks["level"], Network)
    assert "total_level(xs: list[tensor[1]]) -> int" in str(module)
    assert LEVEL.startswith("level")


def test_the_module_takes_tensors_and_refuses_other_shapes() -> None:
    module = found().module
    assert module([([torch.tensor([1.0]), torch.tensor([2.0])],)]) == [3]
    with pytest.raises(TaskError, match=r"argument 'xs' of total_level, item 0: expected tensor"):
        module([([torch.zeros(2)],)])
    with pytest.raises(TaskError, match=r"takes rows of 1 argument\(s\), found 2"):
        module([([], [])])


def test_the_module_can_be_trained_further() -> None:
    module = found().module
    with torch.no_grad():
        module.networks["level"].last.bias += torch.tensor([0.0, 0.5, -0.3, 0.2])
    rows = [tuple(example.inputs) for example in levels().train]
    before = module.losses(rows, TOTALS).mean()
    optimiser = torch.optim.SGD(module.parameters(), lr=0.05)
    for _ in range(5):
        optimiser.zero_grad()
        module.losses(rows, TOTALS).mean().backward()
        optimiser.step()
    assert module.losses(rows, TOTALS).mean() < before


# ------------------------------------------------------------------------------- exported


def test_an_exported_program_answers_as_its_result(tmp_path: Path) -> None:
    made = found()
    files = made.export(tmp_path / "new" / "folder")
    assert [path.name for path in files] == ["total_level.py", "total_level.safetensors"]
    code = f"""
import sys
sys.modules["progsynth"] = None  # to import it is an error
sys.path.insert(0, {str(files[0].parent)!r})
from total_level import total_level
print([total_level(xs) for xs in {XS}])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == f"{[made.function(xs) for xs in XS]}\n", done.stderr
    made.save(tmp_path / "kept")
    back = Result.load(tmp_path / "kept", dsl=SMALL)
    again = back.export(tmp_path / "again.py")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


def test_a_program_without_networks_is_exported_alone(tmp_path: Path) -> None:
    made = solve(Task.from_pairs("twice", [(1, 2), (4, 8)]), seconds=30.0)
    (path,) = made.export(tmp_path)
    assert path.read_text() == made.python


def test_an_export_leaves_the_weights_of_a_saved_result_alone(tmp_path: Path) -> None:
    made = found()
    made.save(tmp_path)
    with pytest.raises(ProgsynthError, match=r"keeps the weights of 'level' .* another one"):
        made.export(tmp_path / "level.py")
    assert len(made.export(tmp_path)) == 2
    assert Result.load(tmp_path, dsl=SMALL).function([[3.0]]) == 3
