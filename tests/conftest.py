"""What all tests share: reproducible property tests, and the folder of external data."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Tests run side by side: threads of torch that wait for each other would only hold others up.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples in each run: a failure seen once is seen again. `make fuzz` looks further.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder that PROGSYNTH_DATA names; tests that ask for it skip where it is not set."""
    named = os.environ.get("PROGSYNTH_DATA", "")
    if not named:
        pytest.skip("PROGSYNTH_DATA is not set: it names the folder of benchmark data")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"PROGSYNTH_DATA names {folder}, which is not a folder")
    return folder


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what the programs of the agreement test met."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, met in getattr(report, "user_properties", ()):
            if name == "agreement":
                terminalreporter.section("agreement of the engines")
                for line in _agreement(met):
                    terminalreporter.write_line(line)


def _agreement(met: dict[str, Any]) -> Iterator[str]:
    counts = {name: Counter(counter) for name, counter in met.items() if name != "programs"}
    outcomes = counts["outcomes"]
    yield f"{met['programs']} random programs, {outcomes.total()} rows:"
    yield f"  {outcomes['value'] / outcomes.total():.0%} end in a value; {_shown(outcomes)}"
    yield f"  rows compared with the interpreter: {_shown(counts['engines'])}"
    yield f"  programs (of a quarter) with a type: {_shown(counts['types'])}"
    for group, what in (("callees", "primitives and functions"), ("opcodes", "instructions")):
        fewest = Counter(dict(counts[group].most_common()[-5:]))
        yield f"  programs with each of {len(counts[group])} {what}; the rarest: {_shown(fewest)}"


def _shown(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common())
