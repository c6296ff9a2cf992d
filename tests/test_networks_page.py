"""docs/networks.md tells the truth: its code runs, its tables are those of the package."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from progsynth.neural.architecture import BODIES
from progsynth.neural.modality import MODALITIES
from progsynth.train.fit import Fitted
from progsynth.train.quick import LARGE, LONG

PAGE = (Path(__file__).parents[1] / "docs" / "networks.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = {"series": "time series"}


def test_its_code_runs() -> None:
    scope: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for found in BLOCK.finditer(PAGE):
            exec(found[1], scope)
    assert isinstance(scope["fitted"], Fitted)
    assert printed.getvalue().startswith("majority: right on")


def test_every_input_and_architecture_is_in_its_table() -> None:
    rows = {line.split(" | ")[0].strip("| "): line for line in PAGE.splitlines() if "|" in line}
    for kind, architectures in BODIES.items():
        line = rows[NAMES.get(kind, kind)].split(" | ")[-1]
        named = re.findall(r"`(\w+)`", line)
        assert named == list(architectures), kind
    for row in MODALITIES:
        if not row.pattern.startswith("list of"):
            assert f"`{row.pattern}`" in PAGE


def test_thresholds_are_those_of_the_code() -> None:
    assert (LARGE, LONG) == (1_000_000, 2_000)
    assert "from a million weights (and 2,000 steps, to compile)" in PAGE
