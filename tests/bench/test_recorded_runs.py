"""The runs on record: whole, each of one plan, and all in the default pack as it is.

A figure is of a pack. Who changes the default pack makes all of them figures of another language,
and runs them again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from progsynth.bench.digests import pack_digest
from progsynth.bench.runs import read_run
from progsynth.registry import pack

ROOT = Path(__file__).resolve().parents[2]
RUNS = sorted(path.parent for path in (ROOT / "benchmarks/results/runs").glob("**/plan.json"))


def test_there_are_runs() -> None:
    assert len(RUNS) >= 5


def test_what_was_run_in_the_default_pack_was_run_in_this_one() -> None:
    recorded = {
        digest
        for folder in RUNS
        for name, digest in read_run(folder).manifest["packs"].items()
        if name == "default"
    }
    assert recorded == {pack_digest(pack())}


@pytest.mark.parametrize("folder", RUNS, ids=[folder.name for folder in RUNS])
def test_a_program_counts_where_it_was_judged(folder: Path) -> None:
    run = read_run(folder)
    for record in run.records:
        assert record.pack_digest == run.manifest["packs"][record.pack]
        if record.right:
            assert record.solved and record.test is not None and record.program
