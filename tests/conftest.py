"""What all tests share: reproducible property tests, and the folder of external data."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

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
    """Print what the chunks of the agreement test met, all together."""
    total: dict[str, Counter[str]] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in getattr(report, "user_properties", ()):
            if name == "agreement":
                for group, counts in value.items():
                    total.setdefault(group, Counter()).update(counts)
    if not total:
        return
    outcomes = total["outcomes"]
    terminalreporter.section("agreement of the engines")
    write = terminalreporter.write_line
    write(f"{total['programs'].total()} random programs, {outcomes.total()} rows:")
    write(f"  {outcomes['value'] / outcomes.total():.0%} end in a value; {_shown(outcomes)}")
    write(f"  rows compared with the interpreter: {_shown(total['engines'])}")
    write(f"  programs with a type: {_shown(total['types'])}")
    fewest = Counter(dict(total["callees"].most_common()[-5:]))
    write(f"  {len(total['callees'])} primitives and functions; the rarest: {_shown(fewest)}")


def _shown(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.most_common())
